import ts from 'typescript'
import type { Manifest } from './manifests.ts'
import { operatorSchemas } from './operator-schemas.ts'

/** Packages with the models of API groups; the groups of Kubernetes itself are in the first. */
const KUBERNETES = 'kubernetes-models'
const PACKAGES: Readonly<Record<string, string>> = {
  'keda.sh': '@kubernetes-models/keda',
  'postgresql.cnpg.io': '@kubernetes-models/cloudnative-pg',
}

interface Model {
  validate(): void
}

/** `Deployment registrations`, for messages. */
export function titleOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`
}

/** What is wrong with the values of objects: types, formats, ranges, missing fields. One line per fault. */
export async function faultsOfModels(manifests: readonly Manifest[]): Promise<string[]> {
  const faults: string[] = []
  for (const manifest of manifests) {
    const found = operatorSchemas[manifest.kind] ? faultsOfSchema(manifest) : await faultsOfModel(manifest)
    faults.push(...found.map((fault) => `${titleOf(manifest)}: ${fault}`))
  }
  return faults
}

function faultsOfSchema(manifest: Manifest): string[] {
  const issues = operatorSchemas[manifest.kind]?.safeParse(manifest).error?.issues ?? []
  return issues.map(({ path, message }) => `${path.join('/')} ${message}`)
}

async function faultsOfModel(manifest: Manifest): Promise<string[]> {
  const models: Record<string, new (data: object) => Model> = await import(moduleOf(manifest))
  const Model = models[manifest.kind]
  if (!Model) return [`${manifest.apiVersion} has no such kind`]
  try {
    new Model(manifest).validate()
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}

/**
 * What the compiler says of objects written as literals of their models' types: it finds the fields that a model does
 * not have, which validation and the API server let pass. One line per fault.
 */
export function faultsOfTypes(manifests: readonly Manifest[], root: string): string[] {
  const modelled = manifests.filter(({ kind }) => !operatorSchemas[kind])
  const file = `${root}/manifests-as-types.ts`
  const text = modelled.map((manifest) => `;(${JSON.stringify(manifest)}) satisfies ${typeOf(manifest)}`).join('\n')
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    types: [],
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (name) => name === file || fileExists.call(host, name)
  host.readFile = (name) => (name === file ? text : readFile.call(host, name))
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023) : getSourceFile.call(host, name, ...rest)
  const program = ts.createProgram([file], options, host)
  return ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(({ start = 0, messageText }) => {
    const line = text.slice(0, start).split('\n').length - 1
    return `${titleOf(modelled[line]!)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

function moduleOf({ apiVersion }: Manifest): string {
  return `${PACKAGES[apiVersion.split('/', 1)[0]!] ?? KUBERNETES}/${apiVersion}`
}

function typeOf(manifest: Manifest): string {
  return `import('${moduleOf(manifest)}').I${manifest.kind}`
}
