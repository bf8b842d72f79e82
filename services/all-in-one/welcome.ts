import { toString as drawCode } from 'qrcode'
import { z } from 'zod'
import type { OperatorCredential } from './operator-credential.ts'

const session = z.object({ token: z.string() })
const setupLink = z.object({ url: z.string() })
const sites = z.object({
  items: z.array(
    z.object({
      name: z.object({ zh: z.string(), en: z.string() }),
      codes: z.array(z.object({ url: z.string(), revokedAt: z.string().nullable() })),
    }),
  ),
})

/**
 * What somebody who has just started the system needs to see: the console, the set-up link while there is no admin, and
 * a code to scan. All of it is asked from the running system through its own door.
 */
export async function welcome({ url, secret }: OperatorCredential): Promise<string> {
  const { token } = await ask(`${url}/api/sessions`, session, { operatorSecret: secret })
  const link = await ask(`${url}/api/setup-links`, setupLink, {}, token).catch(() => undefined)
  const { items } = await ask(`${url}/api/sites`, sites, undefined, token)
  const lines = ['', '入会 Ruhui 已启动 is running', '', `  管理台 Console      ${url}/console`]
  if (link)
    lines.push(
      `  首次设置 First admin ${link.url}`,
      '                      （一次有效，24 小时内使用 works once, within 24 hours）',
    )
  const [site] = items
  const code = site?.codes.find(({ revokedAt }) => revokedAt === null)
  if (site && code) {
    lines.push(`  示例二维码 Sample    ${code.url}  （${site.name.zh}）`, '')
    lines.push(await drawCode(code.url, { type: 'terminal', small: true }))
  }
  lines.push('  停止 Stop: Ctrl-C', '')
  return lines.join('\n')
}

async function ask<Answer>(url: string, schema: z.ZodType<Answer>, body?: object, token?: string): Promise<Answer> {
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return schema.parse(await response.json())
}
