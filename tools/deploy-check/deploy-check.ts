import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { secretsOfSystem } from '../../cli/secrets.ts'
import { services } from '../../services/index.ts'
import { checkCompose } from './compose-checks.ts'
import { type Kustomize, runs } from './manifests.ts'
import { type Check, checkOverlay, type System } from './overlay-checks.ts'
import { sampleSecretManifests, withEnvFile } from './sample-secrets.ts'

const folders = ['k8s/overlays/city', 'k8s/overlays/province', 'k8s/overlays/outside-kafka']

/** The system of this checkout, with secrets as `ruhui secrets` would make them. */
export function systemOf(root: string): System {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const secrets = secretsOfSystem()
  return { root, services, image: `${name}:${version}`, secrets, secretManifests: sampleSecretManifests(secrets, root) }
}

/** Every check of the deployment files, by the file or folder that it is about. */
export async function checkDeployment(root: string, kustomize: Kustomize): Promise<Map<string, readonly Check[]>> {
  const system = systemOf(root)
  const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
  const checks = new Map([['docker-compose.yml', [...checkCompose(compose, system), checkWithCompose(system)]]])
  for (const folder of folders) checks.set(folder, await checkOverlay(kustomize(folder), system))
  return checks
}

/** Lets compose itself read the file, where it is installed. */
function checkWithCompose({ root, secrets }: System): Check {
  const way = [['docker', 'compose'], ['docker-compose']].find(([program, ...verb]) =>
    runs(program!, ...verb, 'version'),
  )
  if (!way) return { title: 'docker compose, which is not here, reads it', faults: [], skipped: true }
  const [program, ...verb] = way
  const title = `${way.join(' ')} reads it`
  const compose = ['--file', join(root, 'docker-compose.yml')]
  return withEnvFile(secrets, (file) => {
    try {
      execFileSync(program!, [...verb, ...compose, '--env-file', file, 'config', '--quiet'], { stdio: 'pipe' })
      return { title, faults: [] }
    } catch (error) {
      return { title, faults: [String((error as { stderr?: Buffer }).stderr ?? error)] }
    }
  })
}
