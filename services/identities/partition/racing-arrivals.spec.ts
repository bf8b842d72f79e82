import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { lockKeys, TransactionConflict, transact } from '#libs/database'
import { RecordStore } from '../records/record-store.ts'
import { type ResolverForSpecs, ResolverWorld, strangers, uuidOf } from '../resolver-for-specs.ts'
import { Neighbourhoods } from './neighbourhood.ts'

const ROUNDS = 10
const [person, somebodyElse] = strangers()

let world: ResolverWorld

beforeAll(async () => {
  world = await ResolverWorld.begin()
})

afterAll(() => world.end())

describe.each([2, 8])('%i arrivals of one person at the same time', (count) => {
  let barrier: Barrier
  let processes: ResolverForSpecs[]

  beforeAll(async () => {
    barrier = new Barrier(count)
    processes = await processesWith({ store: (dataSource) => new PutsThenWaits(dataSource, barrier) }, count)
  })

  it.each(Array.from({ length: ROUNDS }, (_, round) => round))('are one, round %i', async (round) => {
    await processes[0]!.forgetAll()
    barrier.reset()
    const ids = processes.map((_, at) => uuidOf(`racer ${round} ${at}`)).sort()
    await Promise.all(processes.map((each, at) => each.take([world.registration(ids[at]!, person!)])))
    expect(await processes[0]!.partition()).toEqual([ids])
    await expectOneStory(processes[0]!, ids)
  })
})

it('whoever looks for others was committed before, as it runs in real life', async () => {
  const [first, second] = await processesWith({}, 2)
  await first!.forgetAll()
  const ids = [uuidOf('left'), uuidOf('right')].sort()
  let arriving: Promise<unknown> | undefined
  await transact(first!.dataSource, async (tx) => {
    // Nobody can look as long as hubs can't be read.
    await tx.query('lock table hub in access exclusive mode')
    const arrivals = [first!, second!].map((each, at) => each.take([world.registration(ids[at]!, person!)]))
    arriving = Promise.all(arrivals)
    for (let stored = 0; stored < ids.length; await sleep(20)) {
      const [row] = await second!.dataSource.query('select count(*)::int as n from record where id = any($1)', [ids])
      stored = row.n
    }
  })
  await arriving
  expect(await first!.partition()).toEqual([ids])
})

describe('what the order of the steps is for', () => {
  const ids = [uuidOf('left'), uuidOf('right')].sort()

  it('two that look before they are seen both miss the other, and nothing mends it', async () => {
    const barrier = new Barrier(2)
    const processes = await processesWith({ store: (dataSource) => new LooksThenPuts(dataSource, barrier) }, 2)
    await processes[0]!.forgetAll()
    await Promise.all(processes.map((each, at) => each.take([world.registration(ids[at]!, person!)])))
    expect(await processes[0]!.partition()).toEqual(ids.map((id) => [id]))
  })
})

describe('what the locks are for', () => {
  // One record speaks for two persons in turn: corrected away while another arrival counts on what it said.
  const [held, comes] = [uuidOf('corrected meanwhile'), uuidOf('counts on it')]
  let corrector: ResolverForSpecs

  beforeAll(async () => {
    corrector = await world.resolver()
  })

  beforeEach(async () => {
    await corrector.forgetAll()
    await corrector.take([world.registration(held, person!)])
  })

  const correct = (by: ResolverForSpecs) => by.take([world.registration(held, somebodyElse!, 2)], 'correction')

  it('a correction waits for the arrival that counts on what it corrects, and then parts the two', async () => {
    const gate = new Gate()
    const arriving = await world.resolver({ neighbourhoods: new HeldAfterReading(gate) })
    const arrival = arriving.take([world.registration(comes, person!)])
    await gate.reached
    const correction = correct(corrector)
    await corrector.somebodyWaits()
    gate.open()
    await Promise.all([arrival, correction])
    expect(await corrector.partition()).toEqual([[held], [comes]].sort())
    await expectOneStory(corrector, [held, comes])
  })

  it('without locks the two stay together though nothing joins them', async () => {
    const gate = new Gate()
    const arriving = await world.resolver({ neighbourhoods: new WithoutLocks(gate) })
    const lockless = await world.resolver({ neighbourhoods: new WithoutLocks() })
    const arrival = arriving.take([world.registration(comes, person!)])
    await gate.reached
    await correct(lockless)
    gate.open()
    await arrival
    expect(await corrector.partition()).toEqual([[held, comes].sort()])
  })

  it('without locks two arrivals of one person make two persons of it, and one of them fails', async () => {
    const [seen, read] = [new Barrier(2), new Barrier(2)]
    const parts = {
      store: (dataSource: DataSource) => new PutsThenWaits(dataSource, seen),
      neighbourhoods: new WithoutLocks(read),
    }
    const processes = await processesWith(parts, 2)
    await corrector.forgetAll()
    const outcomes = await Promise.allSettled(
      processes.map((each, at) => each.take([world.registration([held, comes][at]!, person!)])),
    )
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  })
})

describe('when another record nearby is being decided about', () => {
  const [locked, other] = [uuidOf('locked'), uuidOf('other')]
  let resolver: ResolverForSpecs

  beforeEach(async () => {
    resolver = await world.resolver()
    await resolver.forgetAll()
    await resolver.take([world.registration(locked, person!), world.registration(other, person!)])
  })

  const decideOnce = () =>
    transact(resolver.dataSource, (tx) =>
      resolver.partitioning.recompute(tx, { cause: 'decision', seeds: [other] }, new Date()),
    )

  it('one of the same person is waited for', async () => {
    let decided: Promise<unknown> | undefined
    await transact(resolver.dataSource, async (holder) => {
      await lockKeys(holder, 'record', [locked])
      decided = decideOnce()
      await resolver.somebodyWaits()
    })
    await decided
    expect(await resolver.partition()).toEqual([[locked, other].sort()])
  })

  it('a transaction that holds locks already gives way, whomever it comes to next', async () => {
    await transact(resolver.dataSource, async (holder) => {
      await lockKeys(holder, 'record', [locked])
      const twice = transact(resolver.dataSource, async (tx) => {
        const decide = (id: string) =>
          resolver.partitioning.recompute(tx, { cause: 'decision', seeds: [id] }, new Date())
        await decide(uuidOf('unrelated'))
        await decide(other)
      })
      await expect(twice).rejects.toThrow(TransactionConflict)
    })
  })

  it('one that nobody expected is given way to, instead of waiting while holding locks', async () => {
    await resolver.dataSource.query('delete from membership_of_record where record_id = $1', [locked])
    await transact(resolver.dataSource, async (holder) => {
      await lockKeys(holder, 'record', [locked])
      await expect(decideOnce()).rejects.toThrow(TransactionConflict)
    })
  })
})

/** Each record has its revisions without gap, and what the last one says is what is stored. */
async function expectOneStory(resolver: ResolverForSpecs, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const said: { revision: number; identityId: string }[] = (await resolver.events()).flatMap(({ type, data }) =>
      type === 'identity.resolved' && data.application.registrationId === id ? [data] : [],
    )
    expect(said.at(-1)?.identityId).toBe(await resolver.identityOf(id))
    const history = await resolver.dataSource.query(
      `select revision from identity_event where record_id = $1 order by revision`,
      [id],
    )
    expect(history).toEqual(history.map((_: unknown, at: number) => ({ revision: at + 1 })))
  }
}

function processesWith(parts: Parameters<ResolverWorld['resolver']>[0], count: number): Promise<ResolverForSpecs[]> {
  return Promise.all(Array.from({ length: count }, () => world.resolver(parts)))
}

/** Lets nobody through before all are there; whoever comes later passes. */
class Barrier {
  private there = 0
  private letThrough!: () => void
  private all!: Promise<void>

  constructor(private readonly size: number) {
    this.reset()
  }

  reset(): void {
    this.there = 0
    this.all = new Promise((resolve) => {
      this.letThrough = resolve
    })
  }

  async pass(): Promise<void> {
    if (++this.there === this.size) this.letThrough()
    await this.all
  }
}

/** Holds whoever comes until it is opened, and tells when somebody came. */
class Gate {
  private came!: () => void
  open!: () => void
  readonly reached = new Promise<void>((resolve) => {
    this.came = resolve
  })
  private readonly opened = new Promise<void>((resolve) => {
    this.open = resolve
  })

  async pass(): Promise<void> {
    this.came()
    await this.opened
  }
}

/** As it is: committed first, then all look at once. */
class PutsThenWaits extends RecordStore {
  constructor(
    dataSource: DataSource,
    private readonly barrier: Barrier,
  ) {
    super(dataSource)
  }

  override async putAndFind(...[records, keys, epoch, now]: Parameters<RecordStore['putAndFind']>) {
    const stored = await super.putAndFind(records, [], epoch, now)
    await this.barrier.pass()
    const { found } = await super.putAndFind([], keys, epoch, now)
    return { ...stored, found }
  }
}

/** The other way round: looks, and is seen only afterwards. */
class LooksThenPuts extends RecordStore {
  constructor(
    dataSource: DataSource,
    private readonly barrier: Barrier,
  ) {
    super(dataSource)
  }

  override async putAndFind(...[records, keys, epoch, now]: Parameters<RecordStore['putAndFind']>) {
    const { found } = await super.putAndFind([], keys, epoch, now)
    await this.barrier.pass()
    const stored = await super.putAndFind(records, [], epoch, now)
    return { ...stored, found }
  }
}

class HeldAfterReading extends Neighbourhoods {
  constructor(private readonly gate: Gate) {
    super()
  }

  override async lock(...args: Parameters<Neighbourhoods['lock']>) {
    const found = await super.lock(...args)
    await this.gate.pass()
    return found
  }
}

class WithoutLocks extends Neighbourhoods {
  constructor(private readonly stop?: Gate | Barrier) {
    super()
  }

  override async lock(...args: Parameters<Neighbourhoods['lock']>) {
    const found = await this.read(...args)
    await this.stop?.pass()
    return found
  }
}
