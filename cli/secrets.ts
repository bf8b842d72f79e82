import { randomBytes } from 'node:crypto'
import { Command } from 'commander'
import { generateSecrets } from '#libs/platform'

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
      const secrets = { ...generateSecrets(), POSTGRES_PASSWORD: randomBytes(24).toString('base64url') }
      const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}`)
      process.stdout.write(`${json ? JSON.stringify(secrets) : lines.join('\n')}\n`)
    })
}
