import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { checkCompose } from './compose-checks.ts'
import { checkDeployment, systemOf } from './deploy-check.ts'
import { findKustomize, type Kustomize, type Manifest } from './manifests.ts'
import { checkOverlay } from './overlay-checks.ts'

const root = process.cwd()
const kustomize = findKustomize(root)
const system = systemOf(root)

/** A tree of YAML, to be changed at a path such as `spec/template/0/name`. */
type Tree = Record<string, unknown>

function change(tree: unknown, path: string, value: unknown): void {
  const steps = path.split('/')
  const last = steps.pop()!
  const parent = steps.reduce((at, step) => (at as Tree)[step], tree) as Tree
  if (value === undefined) delete parent[last]
  else parent[last] = value
}

describe('docker-compose.yml', () => {
  const text = readFileSync('docker-compose.yml', 'utf8')

  const faultsAfter = (from: string, to: string) => {
    expect(text).toContain(from)
    return checkCompose(text.replace(from, to), system).flatMap(({ faults }) => faults)
  }

  test('is right as it stands', () => {
    expect(checkCompose(text, system).flatMap(({ faults }) => faults)).toEqual([])
  })

  test.each([
    ['a misspelt field', 'stop_grace_period: 60s', 'stop_grace: 60s', 'stop_grace'],
    [
      'a variable that no program knows',
      '      SERVICE_URL:',
      '      SERVICE_URI:',
      'gateway: its program does not know SERVICE_URI',
    ],
    [
      'a secret that is not the service’s',
      '      CODE_KEY:',
      '      BLIND_KEYS: x\n      CODE_KEY:',
      'does not know BLIND_KEYS',
    ],
    ['a missing secret', '      RECEIPT_KEY:', '      LOG_LEVEL: warn\n      # ', 'RECEIPT_KEY: is not set'],
    [
      'the database of another service',
      'postgres/ruhui_insights',
      'postgres/ruhui_members',
      "DATABASE_URL is not ruhui_insights's",
    ],
    ['a missing service', '  insights:\n    <<', '  reports:\n    <<', 'insights is missing'],
    [
      'a variable without a word',
      '{CODE_KEY:?run npm run --silent ruhui -- secrets > .env}',
      '{CODE_KEY}',
      'CODE_KEY would be empty',
    ],
    [
      'a second published port',
      'image: postgres:18-bookworm',
      'image: postgres:18-bookworm\n    ports: ["5432:5432"]',
      'postgres: it is not true that it is published only as the gateway',
    ],
    ['another image', 'image: ruhui:0.1.0', 'image: ruhui:0.0.9', 'registrations: runs ruhui:0.0.9'],
    [
      'too little time to stop',
      'stop_grace_period: 45s',
      'stop_grace_period: 10s',
      'registrations: it is not true that it has time to stop',
    ],
    [
      'a wrong broker address',
      'PLAINTEXT://kafka:9092',
      'PLAINTEXT://localhost:9092',
      'KAFKA_BROKERS is what Kafka calls itself',
    ],
    [
      'no password for a database',
      '      INSIGHTS_DATABASE_PASSWORD:',
      '      INSIGHT_DATABASE_PASSWORD:',
      'PostgreSQL does not get INSIGHTS_DATABASE_PASSWORD',
    ],
  ])('fails with %s', (_, from, to, fault) => {
    expect(faultsAfter(from, to).join('\n')).toContain(fault)
  })
})

const withKustomize = kustomize ? describe : describe.skip

withKustomize('k8s', () => {
  let province: readonly Manifest[]
  beforeAll(() => {
    province = (kustomize as Kustomize)('k8s/overlays/province')
  })

  const faultsAfter = async (kind: string, name: string, path: string, value: unknown) => {
    const manifests = structuredClone(province)
    change(
      manifests.find((each) => each.kind === kind && each.metadata.name === name),
      path,
      value,
    )
    return (await checkOverlay(manifests, system)).flatMap(({ faults }) => faults).join('\n')
  }

  test('is right as it stands, with everything else that is checked', async () => {
    const checks = await checkDeployment(root, kustomize as Kustomize)
    expect([...checks.values()].flat().flatMap(({ faults }) => faults)).toEqual([])
  })

  const pod = 'spec/template/spec'
  const container = `${pod}/containers/0`

  test.each([
    [
      'a port that is text',
      'Deployment',
      'insights',
      `${container}/ports/0/containerPort`,
      '8080',
      'containerPort must be integer',
    ],
    [
      'a threshold that is a number',
      'ScaledObject',
      'insights',
      'spec/triggers/0/metadata/lagThreshold',
      1000,
      'lagThreshold must be string',
    ],
    [
      'a field that does not exist',
      'Deployment',
      'insights',
      `${pod}/terminationGracePeriod`,
      45,
      '"terminationGracePeriod"',
    ],
    [
      'a field that Strimzi does not have',
      'KafkaTopic',
      'ruhui.accounts',
      'spec/partition',
      16,
      'KafkaTopic ruhui.accounts: spec Unrecognized key',
    ],
    [
      'a variable that the program does not know',
      'Deployment',
      'insights',
      `${container}/env/0/name`,
      'DATABASE_URI',
      'insights: its program does not know DATABASE_URI',
    ],
    ['a missing secret', 'Deployment', 'registrations', `${container}/env`, [], 'DATABASE_URL: is not set'],
    [
      'a secret that is not there',
      'Deployment',
      'qr-codes',
      `${container}/env/2/valueFrom/secretKeyRef/key`,
      'CODES',
      'CODE_KEY: is not set',
    ],
    [
      'a value that the program refuses',
      'Deployment',
      'gateway',
      `${container}/env/0`,
      { name: 'PORT', value: 'http' },
      'gateway: The configuration is incomplete',
    ],
    [
      'a privileged pod',
      'Deployment',
      'insights',
      `${container}/securityContext/allowPrivilegeEscalation`,
      true,
      'insights: not true that it allows no privilege escalation',
    ],
    ['another image', 'Deployment', 'insights', `${container}/image`, 'ruhui:latest', 'insights: runs ruhui:latest'],
    ['a missing service', 'Deployment', 'insights', 'metadata/name', 'reports', 'insights: has no Deployment'],
    [
      'a port that nothing listens on',
      'Deployment',
      'insights',
      `${container}/ports/0/containerPort`,
      3000,
      'insights: it is not true that it opens as http',
    ],
    [
      'a Service that finds no pods',
      'Service',
      'insights',
      'spec/selector',
      { app: 'x' },
      'insights: it is not true that its Service leads',
    ],
    [
      'too little time to stop',
      'Deployment',
      'insights',
      `${pod}/terminationGracePeriodSeconds`,
      20,
      'insights: it is not true that it has time to stop',
    ],
    [
      'another host',
      'Ingress',
      'gateway',
      'spec/rules/0/host',
      'x.example',
      'the Ingress answers to the host of PUBLIC_URL',
    ],
    [
      'topics that keep events longer',
      'KafkaTopic',
      'ruhui.accounts',
      'spec/config/segment.ms',
      604_800_000,
      'it is not true that topics are set as the deploy step sets them',
    ],
    [
      'a topic that is nobody’s',
      'KafkaTopic',
      'ruhui.accounts',
      'metadata/name',
      'ruhui.account',
      'its topics are those of the streams',
    ],
    [
      'the lag of another group',
      'ScaledObject',
      'insights',
      'spec/triggers/0/metadata/consumerGroup',
      'ruhui.insight',
      'the trigger asks for its group',
    ],
    [
      'two measures for one service',
      'ScaledObject',
      'insights',
      'spec/scaleTargetRef/name',
      'registrations',
      'registrations: it is not true that it scales by one measure',
    ],
    [
      'more pods than partitions',
      'ScaledObject',
      'insights',
      'spec/maxReplicaCount',
      17,
      'it has no more pods than partitions',
    ],
    [
      'too few connections',
      'Cluster',
      'postgres',
      'spec/postgresql/parameters/max_connections',
      '100',
      'PostgreSQL offers 100',
    ],
    [
      'no role for a service',
      'Cluster',
      'postgres',
      'spec/managed/roles/0/name',
      'postgres',
      'it is not true that PostgreSQL has its role',
    ],
  ])('fails with %s', async (_, kind, name, path, value, fault) => {
    expect(await faultsAfter(kind, name, path, value)).toContain(fault)
  })

  test('fails with an outside Kafka whose topics nobody makes, or makes too narrow', async () => {
    const outside = (kustomize as Kustomize)('k8s/overlays/outside-kafka')
    const faultsOf = async (manifests: readonly Manifest[]) =>
      (await checkOverlay(manifests, system)).flatMap(({ faults }) => faults).join('\n')
    expect(await faultsOf(outside.filter(({ kind }) => kind !== 'Job'))).toContain('the deploy step makes its topics')
    const narrow = structuredClone(outside)
    change(
      narrow.find(({ kind }) => kind === 'Job'),
      `${container}/env/2/value`,
      '8',
    )
    expect(await faultsOf(narrow)).toContain('insights: it is not true that it has no more pods than partitions')
  })
})
