import { parentPort, workerData } from 'node:worker_threads'
import { tableFromShared } from '../table/table.ts'
import { type EpochJob, trainEpoch } from './next-epoch.ts'

/** Worker thread of {@link nextEpoch}. */
const { model, table } = workerData as EpochJob
parentPort!.postMessage(trainEpoch(model, tableFromShared(model, table)))
