import type { ServiceDefinition } from '#libs/platform'
import { faultsOfKafka } from './kafka-checks.ts'
import { faultsOfModels, faultsOfTypes } from './manifest-models.ts'
import type { Manifest } from './manifests.ts'
import { faultsOfSecurity, processOf, workloadsOf } from './pods.ts'
import { faultsOfEnvironment, faultsOfImages, streamsReadBy } from './processes.ts'
import { faultsOfScaling } from './scaling-checks.ts'
import { faultsOfParts, faultsOfPorts, faultsOfWay } from './shape-checks.ts'

/** What a deployment is compared with. */
export interface System {
  readonly root: string
  readonly services: readonly ServiceDefinition[]
  /** `ruhui:<version>`. */
  readonly image: string
  /** What a file made by `ruhui secrets` holds. */
  readonly secrets: Readonly<Record<string, string>>
  /** The Secrets made of it. */
  readonly secretManifests: readonly Manifest[]
}

/** One thing that was looked at, with what is wrong about it. */
export interface Check {
  readonly title: string
  readonly faults: readonly string[]
  /** It could not be looked at here. */
  readonly skipped?: true
}

/** Looks at what kustomize built; where models find faults, the other checks would speak of what is not there. */
export async function checkOverlay(manifests: readonly Manifest[], system: System): Promise<Check[]> {
  const { root, services, image, secretManifests } = system
  const models = await faultsOfModels([...manifests, ...secretManifests])
  const workloads = workloadsOf(manifests)
  const checks = [
    { title: `${manifests.length} objects have the values that their models ask for`, faults: models },
    { title: 'no object has a field that its model lacks', faults: faultsOfTypes(manifests, root) },
  ]
  if (models.length > 0) return checks
  const processes = workloads.map((workload) => processOf(workload, [...manifests, ...secretManifests]))
  checks.push(
    { title: 'every pod keeps to the restricted profile', faults: workloads.flatMap(faultsOfSecurity) },
    {
      title: 'every process gets exactly the variables and secrets that its program names',
      faults: processes.flatMap((process) => faultsOfEnvironment(process, services)),
    },
    { title: `every process runs ${image}`, faults: faultsOfImages(processes, image) },
  )
  const read = new Map(services.map((service) => [service.name, streamsReadBy(service)]))
  return [
    ...checks,
    {
      title: `all ${services.length} services and the gateway are complete`,
      faults: faultsOfParts(manifests, services),
    },
    { title: 'ports, probes and grace periods fit the programs', faults: faultsOfPorts(manifests, processes) },
    {
      title: 'PUBLIC_URL leads to the gateway, the gateway to the services',
      faults: faultsOfWay(manifests, processes),
    },
    { title: 'Kafka has a topic for every stream', faults: faultsOfKafka(manifests, processes) },
    {
      title: 'scaling fits the events read, Kafka and PostgreSQL',
      faults: faultsOfScaling(manifests, processes, read),
    },
  ]
}
