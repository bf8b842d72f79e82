import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { codeScanned, newEvent } from '#libs/contracts'
import { GroupCommit, transact } from '#libs/database'
import { EventLog } from '#libs/messaging'
import type { Code } from './site.entity.ts'

interface Scan {
  readonly id: string
  readonly codeId: string
  readonly siteId: string
  readonly at: Date
}

/** Records that phones opened the link of a code. */
@Injectable()
export class Scans {
  private readonly group = new GroupCommit<Scan, undefined>((scans) => this.commit(scans))

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
  ) {}

  /** @returns the scan's id, once it is stored */
  async record(code: Code, at: Date): Promise<string> {
    const id = uuidv7()
    await this.group.submit({ id, codeId: code.id, siteId: code.siteId, at })
    return id
  }

  private async commit(scans: readonly Scan[]): Promise<undefined[]> {
    return transact(this.dataSource, async (tx) => {
      await tx.query(
        `insert into scan (id, code_id, at) select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[])`,
        [scans.map((scan) => scan.id), scans.map((scan) => scan.codeId), scans.map((scan) => scan.at.toISOString())],
      )
      const events = scans.map(({ id, codeId, siteId, at }) =>
        newEvent(codeScanned, { scanId: id, codeId, siteId, at: at.toISOString() }, { now: at }),
      )
      await this.log.append(tx, events)
      return scans.map(() => undefined)
    })
  }
}
