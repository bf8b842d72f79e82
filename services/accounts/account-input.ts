import { z } from 'zod'
import { roles } from '#libs/platform'

/** Texts of a rule for `refine`, as InvalidRequest tells them. */
const says = (code: string, zh: string, en: string) => ({ message: en, params: { code, zh, en } })

/** Signs in by the operator secret; see SignIn. */
export const OPERATOR_NAME = 'operator'

const name = z
  .string()
  .trim()
  .normalize('NFKC')
  .refine(
    (text) => /^[\p{L}\p{N}._@-]{2,64}$/u.test(text),
    says(
      'account.name',
      '登录名为 2 到 64 个汉字、字母或数字，可含 . _ - @，不含空格',
      'A sign-in name has 2 to 64 letters or digits, or . _ - @, and no spaces',
    ),
  )
  .refine((text) => nameKey(text) !== OPERATOR_NAME, says('account.name', '这个登录名不可用', 'This name is reserved'))

const displayName = z
  .string()
  .trim()
  .refine(
    (text) => text.length >= 1 && text.length <= 50,
    says('account.display_name', '请填写姓名，最多 50 个字', 'Enter a name of at most 50 characters'),
  )

const password = z
  .string()
  .refine(
    (text) => [...text].length >= 10 && text.length <= 200,
    says('account.password', '密码至少 10 个字符，最多 200 个', 'A password has 10 to 200 characters'),
  )

/** What the first admin fills in. */
export const firstAdmin = z.object({ name, displayName, password })

/** An account that somebody makes for a colleague. */
export const newAccount = firstAdmin.extend({
  role: z.enum(roles),
  federationId: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    .max(64),
})

export type FirstAdmin = z.infer<typeof firstAdmin>
export type NewAccount = z.infer<typeof newAccount>

/** Two names with one key are the same sign-in name: case and compatibility forms (full-width letters) don't count. */
export function nameKey(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase()
}
