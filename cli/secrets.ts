import { randomBytes } from 'node:crypto'
import { Command } from 'commander'
import { generateSecrets } from '#libs/platform'
import { services } from '../services/index.ts'

/** `ruhui secrets`: fresh secrets for a system that runs apart, as lines of an environment file. */
export function secretsCommand(): Command {
  return new Command('secrets')
    .summary('生成一套新密钥 make the secrets of a new system')
    .description(
      '输出一套全新的密钥，每行 NAME=value，供 .env 文件使用：ruhui secrets > .env。请妥善保管，丢失后已加密的数据无法恢复。\n' +
        'Prints fresh secrets as NAME=value lines for an .env file: ruhui secrets > .env. Keep them: without them ' +
        'nobody can read the data that they seal.',
    )
    .option('--json', '输出 JSON print one JSON object')
    .action(({ json }: { json?: boolean }) => {
      const secrets = secretsOfSystem()
      const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}`)
      process.stdout.write(`${json ? JSON.stringify(secrets) : lines.join('\n')}\n`)
    })
}

/**
 * Fresh secrets by name: those of the programs, the password of the database's owner, and one for the role of each
 * service, so that no service can log in as another.
 */
export function secretsOfSystem(): Readonly<Record<string, string>> {
  const password = () => randomBytes(24).toString('base64url')
  const ofServices = services.map(({ name }) => [passwordVariableOf(name), password()])
  return { ...generateSecrets(), POSTGRES_PASSWORD: password(), ...Object.fromEntries(ofServices) }
}

/** `qr-codes` → `QR_CODES_DATABASE_PASSWORD`, by which the password of that role is handed over. */
export function passwordVariableOf(service: string): string {
  return `${service.replaceAll('-', '_').toUpperCase()}_DATABASE_PASSWORD`
}
