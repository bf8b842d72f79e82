import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1'
import type { IDeployment } from 'kubernetes-models/apps/v1'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import type { IJob } from 'kubernetes-models/batch/v1'
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1'
import type { IConfigMap, ISecret, IService, IServiceAccount } from 'kubernetes-models/v1'
import { parseAllDocuments } from 'yaml'
import type { Cluster, Database, Kafka, KafkaNodePool, KafkaTopic } from './operator-schemas.ts'

/** A Kubernetes object as kustomize prints it. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
}

interface Kinds {
  Cluster: Cluster
  ConfigMap: IConfigMap
  Database: Database
  Deployment: IDeployment
  HorizontalPodAutoscaler: IHorizontalPodAutoscaler
  Ingress: IIngress
  Job: IJob
  Kafka: Kafka
  KafkaNodePool: KafkaNodePool
  KafkaTopic: KafkaTopic
  PodDisruptionBudget: IPodDisruptionBudget
  ScaledObject: IScaledObject
  Secret: ISecret
  Service: IService
  ServiceAccount: IServiceAccount
}

type Named<Kind> = Kind & { readonly metadata: { readonly name: string } }

/** The objects of one kind. Their types hold for objects in which `faultsOfModels` found nothing. */
export function ofKind<Kind extends keyof Kinds>(manifests: readonly Manifest[], kind: Kind): Named<Kinds[Kind]>[] {
  return manifests.filter((manifest) => manifest.kind === kind) as unknown as Named<Kinds[Kind]>[]
}

/** The object of a kind and name, if there is one. */
export function named<Kind extends keyof Kinds>(manifests: readonly Manifest[], kind: Kind, name: string | undefined) {
  return ofKind(manifests, kind).find(({ metadata }) => metadata.name === name)
}

export function parseManifests(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as Manifest)
}

/** Builds a folder of `k8s/` as `kubectl apply -k` would. */
export type Kustomize = (folder: string) => Manifest[]

const INSTALLABLE = 'sigs.k8s.io/kustomize/kustomize/v5@v5.8.1'

/**
 * Finds kustomize: in kubectl, as a program of its own, or built once by Go into `.cache/bin`.
 *
 * @returns undefined where there is none of these
 */
export function findKustomize(root: string): Kustomize | undefined {
  const cached = join(root, '.cache/bin/kustomize')
  const ways = [
    ['kubectl', 'kustomize'],
    ['kustomize', 'build'],
    [cached, 'build'],
  ] as const
  let way = ways.find(([program, verb]) => runs(program, verb, '--help'))
  if (!way && runs('go', 'version')) {
    execFileSync('env', [`GOBIN=${join(root, '.cache/bin')}`, 'go', 'install', INSTALLABLE], { stdio: 'pipe' })
    if (existsSync(cached)) way = [cached, 'build']
  }
  if (!way) return undefined
  const [program, verb] = way
  return (folder) =>
    parseManifests(execFileSync(program, [verb, join(root, folder)], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }))
}

/** True when a program is there and does what it is asked. */
export function runs(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
