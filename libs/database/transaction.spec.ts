import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { createTestDatabase, type TestDatabase } from '#libs/testing'
import { createDataSource, migrate } from './data-source.ts'
import { isDatabaseOutage, lostAgainstAnother, TransactionConflict } from './database-errors.ts'
import { afterCommit, REFUSE_UNLESS, transact, transactOn, withCommit } from './transaction.ts'

let database: TestDatabase
let dataSource: DataSource

beforeAll(async () => {
  database = await createTestDatabase()
  dataSource = createDataSource({ service: 'qr-codes', url: database.url, poolSize: 4, entities: [], migrations: [] })
  await dataSource.initialize()
  await migrate(dataSource)
  await dataSource.query('create table site (id int primary key, visits int not null default 0)')
})

afterAll(async () => {
  await dataSource.destroy()
  await database.drop()
})

beforeEach(async () => {
  await dataSource.query('truncate site')
  await dataSource.query('insert into site values (1), (2)')
})

async function visits(): Promise<number[]> {
  const rows: { visits: number }[] = await dataSource.query('select visits from site order by id')
  return rows.map((row) => row.visits)
}

describe('transact', () => {
  it('runs work again that lost against another transaction, and keeps only the last run', async () => {
    let runs = 0
    const result = await transact(dataSource, async (tx) => {
      runs += 1
      await tx.query('update site set visits = visits + 1')
      if (runs < 3) throw new TransactionConflict('lost')
      return runs
    })
    expect(result).toBe(3)
    expect(await visits()).toEqual([1, 1])
  })

  it('resolves deadlocks', async () => {
    let meeting = 0
    const both = async () => {
      meeting += 1
      for (let time = 0; time < 100 && meeting < 2; time++) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const visit = (order: number[]) =>
      transact(dataSource, async (tx) => {
        await tx.query('update site set visits = visits + 1 where id = $1', [order[0]])
        await both()
        await tx.query('update site set visits = visits + 1 where id = $1', [order[1]])
      })
    await Promise.all([visit([1, 2]), visit([2, 1])])
    expect(await visits()).toEqual([2, 2])
  })

  it('gives up in the end, and at once on other errors', async () => {
    for (const [error, expected] of [
      [new TransactionConflict('lost'), 5],
      [new Error('wrong'), 1],
    ] as const) {
      let runs = 0
      const failing = transact(dataSource, async (tx) => {
        runs += 1
        await tx.query('update site set visits = visits + 1')
        throw error
      })
      await expect(failing).rejects.toBe(error)
      expect(runs).toBe(expected)
    }
    expect(await visits()).toEqual([0, 0])
  })

  it('commits nothing of work that kept a failure to itself', async () => {
    const hiding = transact(dataSource, async (tx) => {
      await tx.query('update site set visits = visits + 1')
      await tx.query('select from nowhere').catch(() => {})
    })
    await expect(hiding).rejects.toThrow('had failed')
    expect(await visits()).toEqual([0, 0])
  })

  it('does not use a connection that was given back', async () => {
    const runner = dataSource.createQueryRunner()
    await runner.connect()
    await runner.release()
    await expect(transactOn(runner, () => 'done')).rejects.toThrow('released')
  })

  it('may have nothing to do, or fail before it does anything', async () => {
    const failing = transact(dataSource, () => {
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await transact(dataSource, () => 'nothing to do')).toBe('nothing to do')
    const states = await dataSource.query(`select state from pg_stat_activity where state like 'idle in transaction%'`)
    expect(states).toEqual([])
  })

  it('gives connections back, whatever happens', async () => {
    for (let time = 0; time < 10; time++) {
      await transact(dataSource, (tx) => tx.query('select from nowhere')).catch(() => {})
    }
    expect(await visits()).toEqual([0, 0])
  })
})

describe('what is sent with the commit', () => {
  const set = (visits: number | string) => () => ({
    name: 'set visits',
    text: 'update site set visits = $1 where id = 1',
    values: [visits],
  })
  const refusing = (condition: string, refused?: () => Error) => () => ({
    name: `refuse ${condition}`,
    text: `select ${REFUSE_UNLESS(`visits ${condition}`)} from site where id = 1`,
    values: [],
    refused,
  })

  it('runs in the order of the calls, after all that the work did', async () => {
    await transact(dataSource, async (tx) => {
      withCommit(tx, set(1))
      withCommit(tx, set(2))
      withCommit(tx, refusing('= 2'))
      await tx.query('update site set visits = 3')
    })
    expect(await visits()).toEqual([2, 3])
  })

  it('leaves nothing when a statement fails or refuses, and says why', async () => {
    const closing = (...statements: Parameters<typeof withCommit>[1][]) =>
      transact(dataSource, (tx) => {
        for (const statement of statements) withCommit(tx, statement)
      })
    await expect(closing(set(1), set('many'), set(2))).rejects.toMatchObject({ code: '22P02' })
    await expect(
      closing(
        set(1),
        refusing('= 5', () => new Error('too late')),
        set(2),
      ),
    ).rejects.toThrow('too late')
    await expect(closing(set(1), refusing('= 5'))).rejects.toMatchObject({ code: '22012' })
    expect(await visits()).toEqual([0, 0])
  })

  it('leaves nothing when the driver cannot send a statement', async () => {
    const circle: unknown[] = []
    const unsendable = { toPostgres: () => circle[0] ?? unsendable }
    const other = { ...set(5)(), text: 'select 1' }
    await transact(dataSource, (tx) => withCommit(tx, set(0)))
    for (const statement of [{ ...set(1)(), values: [unsendable] }, other]) {
      const failing = transact(dataSource, async (tx) => {
        withCommit(tx, set(7))
        withCommit(tx, () => statement)
        withCommit(tx, set(8))
      })
      await expect(failing).rejects.toThrow()
      expect(await visits()).toEqual([0, 0])
    }
  })

  it('has the transaction run again when what it refused with says so', async () => {
    let runs = 0
    await transact(dataSource, (tx) => {
      runs += 1
      withCommit(tx, set(runs))
      withCommit(
        tx,
        refusing('= 3', () => new TransactionConflict('lost')),
      )
    })
    expect(runs).toBe(3)
    expect(await visits()).toEqual([3, 0])
  })

  it('is not sent when the work fails', async () => {
    const failing = transact(dataSource, (tx) => {
      withCommit(tx, set(1))
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await visits()).toEqual([0, 0])
  })
})

describe('afterCommit', () => {
  it('runs once the transaction is durable, and only for the run that committed', async () => {
    const told: number[] = []
    let runs = 0
    await transact(dataSource, async (tx) => {
      runs += 1
      const run = runs
      afterCommit(tx, () => told.push(run))
      expect(told).toEqual([])
      if (run === 1) throw new TransactionConflict('lost')
    })
    expect(told).toEqual([2])
    const failing = transact(dataSource, async (tx) => {
      afterCommit(tx, () => told.push(99))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(told).toEqual([2])
  })

  it('does not let a callback that throws repeat what has committed', async () => {
    const failing = transact(dataSource, async (tx) => {
      await tx.query('update site set visits = visits + 1')
      afterCommit(tx, () => {
        throw new Error('deaf')
      })
    })
    await expect(failing).rejects.toThrow('deaf')
    expect(await visits()).toEqual([1, 1])
  })

  it('needs a transaction', () => {
    expect(() => afterCommit(dataSource.manager, () => {})).toThrow('there is no transaction')
  })
})

describe('isDatabaseOutage', () => {
  it('knows a connection that was ended in the middle of a transaction', async () => {
    const error = await transact(dataSource, async (tx) => {
      const [{ pid }] = await tx.query('select pg_backend_pid() as pid')
      await dataSource.query('select pg_terminate_backend($1)', [pid])
      await new Promise((resolve) => setTimeout(resolve, 50))
      await tx.query('update site set visits = visits + 1')
    }).catch((reason) => reason)
    expect(isDatabaseOutage(error)).toBe(true)
  })

  it('knows a server that is not there, and a database that is full of connections', async () => {
    const url = new URL(database.url)
    url.host = '127.0.0.1:1'
    const away = createDataSource({ service: 'qr-codes', url: url.href, poolSize: 1, entities: [], migrations: [] })
    expect(isDatabaseOutage(await away.initialize().catch((reason) => reason))).toBe(true)
    expect(isDatabaseOutage({ driverError: { code: '53300' } })).toBe(true)
    expect(isDatabaseOutage(new Error('Client was closed and is not queryable'))).toBe(true)
  })

  it('does not wait for errors that would come again', async () => {
    const error = await dataSource.query('select from nowhere').catch((reason: unknown) => reason)
    expect(isDatabaseOutage(error)).toBe(false)
    expect(lostAgainstAnother(error)).toBe(false)
    // 53200: the table of locks is full, which a smaller transaction does not fill.
    for (const code of ['ENOENT', '25P03', '25P04', '23505', '53200']) expect(isDatabaseOutage({ code })).toBe(false)
    expect(isDatabaseOutage(undefined)).toBe(false)
    expect(isDatabaseOutage(new TypeError('x is undefined'))).toBe(false)
  })
})
