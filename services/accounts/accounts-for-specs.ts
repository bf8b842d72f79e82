import { Client } from 'pg'
import { type RequestOptions, startTestSystem } from '#libs/testing'
import { accounts } from './service.ts'

export const PASSWORD = 'correct horse 电池'

/** The service on a database of its own, with what its specs do again and again. */
export async function startAccounts(environment: Readonly<Record<string, string>> = {}) {
  const system = await startTestSystem([accounts], environment)
  const database = new Client({ connectionString: system.databaseUrl, options: '-c search_path=accounts' })
  await database.connect()
  const token = async (body: object, headers: Record<string, string> = {}): Promise<string> =>
    (await system.request('/api/sessions', { body, headers })).json.token
  return {
    ...system,
    /** Runs SQL as nobody but a spec does: to let time pass, or to look behind the API. */
    sql: async (text: string, values: unknown[] = []) => (await database.query(text, values)).rows,
    /** Signs in by name and PASSWORD. */
    tokenOf: (name: string) => token({ name, password: PASSWORD }),
    operatorToken: () => token({ operatorSecret: system.secrets.OPERATOR_SECRET }),
    requestWith: (bearer: string, path: string, options: RequestOptions = {}) =>
      system.request(path, { ...options, headers: { ...options.headers, authorization: `Bearer ${bearer}` } }),
    async stop() {
      await database.end()
      await system.stop()
    },
  }
}

export type AccountsSystem = Awaited<ReturnType<typeof startAccounts>>
