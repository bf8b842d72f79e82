import type { IPodSpec } from 'kubernetes-models/v1'
import { type Manifest, named, ofKind } from './manifests.ts'
import type { Process } from './processes.ts'

/** A Deployment or Job with the one container that all of ours have. */
export interface Workload {
  readonly name: string
  readonly spec: IPodSpec
  readonly container: IPodSpec['containers'][number]
  readonly labels: Readonly<Record<string, string>>
}

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'Job')].map(({ metadata, spec }) => {
    const pod = spec!.template
    return {
      name: metadata.name,
      spec: pod.spec!,
      container: pod.spec!.containers[0]!,
      labels: pod.metadata?.labels ?? {},
    }
  })
}

/**
 * A workload as the process that it runs, its environment filled from the ConfigMaps and Secrets it refers to.
 * References that lead nowhere are left out: the process then lacks the name.
 */
export function processOf({ name, container }: Workload, manifests: readonly Manifest[]): Process {
  const environment: Record<string, string> = {}
  for (const { configMapRef } of container.envFrom ?? []) {
    Object.assign(environment, named(manifests, 'ConfigMap', configMapRef?.name)?.data)
  }
  for (const { name: variable, value, valueFrom } of container.env ?? []) {
    const { secretKeyRef: secret, configMapKeyRef: setting } = valueFrom ?? {}
    const found = [
      value,
      secret && named(manifests, 'Secret', secret.name)?.stringData?.[secret.key],
      setting && named(manifests, 'ConfigMap', setting.name)?.data?.[setting.key],
    ].find((each) => each !== undefined)
    if (found !== undefined) environment[variable] = found
  }
  return { name, program: (container.args ?? []).join(' '), image: container.image ?? '', environment }
}

/** What the profile `restricted` of Kubernetes, and our own rule of a read-only root, would refuse. */
export function faultsOfSecurity({ name, spec, container }: Workload): string[] {
  const pod = spec.securityContext
  const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = container.securityContext ?? {}
  const rules: [string, boolean][] = [
    ['runs as non-root', pod?.runAsNonRoot === true],
    ['has the seccomp profile RuntimeDefault', pod?.seccompProfile?.type === 'RuntimeDefault'],
    ['gets no token of the Kubernetes API', spec.automountServiceAccountToken === false],
    ['allows no privilege escalation', allowPrivilegeEscalation === false],
    ['has a read-only root', readOnlyRootFilesystem === true],
    ['drops all capabilities', capabilities?.drop?.includes('ALL') === true && !capabilities.add],
    ['has one container', spec.containers.length === 1],
  ]
  return rules.filter(([, holds]) => !holds).map(([rule]) => `${name}: not true that it ${rule}`)
}
