import type { ServiceDefinition } from '#libs/platform'
import { type Manifest, named, ofKind } from './manifests.ts'
import { databaseOf, type Process, portOf, programOf } from './processes.ts'
import { broken, sameMembers } from './rules.ts'

/** Consumer sessions last 10 s and open requests may take 10 s; the pause before the stop comes on top. */
const LEAST_GRACE_S = 20

const partsOfEach = ['Deployment', 'Service', 'ServiceAccount', 'PodDisruptionBudget'] as const

/** Objects that a service of the registry lacks, and Deployments that the registry does not know. */
export function faultsOfParts(manifests: readonly Manifest[], services: readonly ServiceDefinition[]): string[] {
  const known = [...services.map(({ name }) => name), 'gateway']
  const roles = ofKind(manifests, 'Cluster').flatMap(({ spec }) => spec.managed?.roles ?? [])
  const deployed = ofKind(manifests, 'Deployment').map(({ metadata }) => metadata.name)
  return [
    ...known.flatMap((name) =>
      partsOfEach.filter((kind) => !named(manifests, kind, name)).map((kind) => `${name}: has no ${kind}`),
    ),
    ...deployed.filter((name) => !known.includes(name)).map((name) => `${name}: is not in services/index.ts`),
    ...services.flatMap(({ name }) => {
      const database = named(manifests, 'Database', name)?.spec
      const role = databaseOf(name)
      return broken(name, {
        'it has a database of its own': database?.name === role && database.owner === role,
        'PostgreSQL has its role': roles.some(
          (it) => it.name === role && it.login && it.passwordSecret?.name === `database-${name}`,
        ),
      })
    }),
  ]
}

/** Deployments, Services and disruption budgets that do not fit each other or the program. */
export function faultsOfPorts(manifests: readonly Manifest[], processes: readonly Process[]): string[] {
  return ofKind(manifests, 'Deployment').flatMap(({ metadata: { name }, spec }) => {
    const process = processes.find((each) => each.name === name)!
    const { metadata: { labels } = {}, spec: pod } = spec!.template
    const { ports = [], livenessProbe, readinessProbe, lifecycle } = pod!.containers[0]!
    const pause = lifecycle?.preStop?.sleep?.seconds ?? 0
    const service = named(manifests, 'Service', name)?.spec
    const budget = named(manifests, 'PodDisruptionBudget', name)?.spec
    return broken(name, {
      'it runs the program of its name': process.program === programOf(name),
      'it opens as http what its program listens on':
        ports[0]?.name === 'http' && ports[0].containerPort === portOf(process),
      'its liveness is /health/live': isProbe(livenessProbe, '/health/live'),
      'its readiness is /health/ready': isProbe(readinessProbe, name === 'gateway' ? '/health/live' : '/health/ready'),
      'it has time to stop': (pod!.terminationGracePeriodSeconds ?? 30) > LEAST_GRACE_S + pause,
      'its Service leads to its http port':
        service?.ports?.[0]?.targetPort === 'http' && selects(service.selector, labels),
      'its disruption budget is about its pods': selects(budget?.selector?.matchLabels, labels),
    })
  })
}

function isProbe(probe: { httpGet?: { path?: string; port: string | number } } | undefined, path: string): boolean {
  return probe?.httpGet?.path === path && probe.httpGet.port === 'http'
}

type Labels = Readonly<Record<string, string>> | undefined

function selects(selector: Labels = {}, labels: Labels = {}): boolean {
  const pairs = Object.entries(selector)
  return pairs.length > 0 && pairs.every(([name, value]) => labels[name] === value)
}

/** Breaks in the way of a request: PUBLIC_URL, Ingress, gateway, service. */
export function faultsOfWay(manifests: readonly Manifest[], processes: readonly Process[]): string[] {
  const services = processes.filter(({ environment }) => environment.DATABASE_URL)
  const gateway = processes.find(({ name }) => name === 'gateway')
  const target = new URL(gateway?.environment.SERVICE_URL?.replace('{service}', 'some-service') ?? 'http://nowhere')
  const publicHosts = services.map(({ environment }) => new URL(environment.PUBLIC_URL!).host)
  const [ingress, ...others] = ofKind(manifests, 'Ingress')
  const { rules = [], tls = [] } = ingress?.spec ?? {}
  const [path, ...otherPaths] = rules.flatMap(({ http }) => http?.paths ?? [])
  const backend = path?.backend.service
  return broken('gateway', {
    'one Ingress gives every path to it': others.length === 0 && otherPaths.length === 0 && path?.path === '/',
    'the Ingress leads to its http port': backend?.name === 'gateway' && backend.port?.name === 'http',
    'the Ingress answers to the host of PUBLIC_URL': sameMembers(
      publicHosts,
      rules.map(({ host = '' }) => host),
    ),
    'the Ingress has a certificate of that host': sameMembers(
      publicHosts,
      tls.flatMap(({ hosts = [] }) => hosts),
    ),
    'SERVICE_URL leads to every Service': services.every(({ name }) => {
      const port = named(manifests, 'Service', name)?.spec?.ports?.[0]?.port
      return target.host === `some-service:${port}`
    }),
  })
}
