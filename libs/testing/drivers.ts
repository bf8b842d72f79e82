import { type Driver, Population } from './drivers-people.ts'
import { Random } from './drivers-random.ts'
import { misheardName, misreadPlate, otherMobile, scrawls } from './drivers-slips.ts'

export interface CampaignWishes {
  /** How many people take part. */
  readonly drivers: number
  /** Share of them who register more than once, from 0 to 1. */
  readonly duplicates: number
  /** A whole number; the same one gives the same campaign. */
  readonly seed: number
}

/** What a driver fills in. The resident id is always the right one: the intake demands it. */
export interface Answers {
  readonly name: string
  readonly residentId: string
  readonly mobile: string
  readonly plate: string | null
  readonly platform: string | null
  readonly household: string | null
  readonly residence: string | null
  readonly residenceStreet: string | null
  readonly routes: readonly string[]
}

/** Where a registration departs from the truth, or from plain writing. */
export type Slip = 'name' | 'mobile' | 'plate' | 'left-out' | 'scrawl'

/** One registration, with the person who it really is. */
export interface CampaignRecord {
  readonly personId: string
  /** 0 for the first registration of the person, then 1, 2, … */
  readonly repeat: number
  readonly answers: Answers
  readonly slips: readonly Slip[]
}

export interface Campaign extends CampaignWishes {
  readonly people: readonly Driver[]
  /** In the order of their arrival. */
  readonly records: readonly CampaignRecord[]
}

/**
 * Makes up the people and the registrations of a campaign. Nobody in it exists, yet it is hard in the ways in which
 * reality is: frequent names, couples and fleets with one phone, relatives with similar names, minority names, rare
 * characters, and drivers who come again through another platform, with slips.
 */
export function generateCampaign({ drivers, duplicates, seed }: CampaignWishes): Campaign {
  const random = new Random(seed)
  const population = new Population(random)
  population.grow(drivers)
  const people = population.drivers
  const comingAgain = new Set(random.shuffled(people).slice(0, Math.round(drivers * duplicates)))
  const arrivals = people.flatMap((driver) => {
    const first = { at: random.next(), record: firstRecord(random, driver) }
    if (!comingAgain.has(driver)) return [first]
    const times = Array.from({ length: Number(random.weighted({ 1: 80, 2: 15, 3: 5 })) }, () => random.next())
    const again = times
      .toSorted((one, other) => one - other)
      .map((late, at) => ({ at: first.at + (1 - first.at) * late, record: furtherRecord(random, driver, at + 1) }))
    return [first, ...again]
  })
  const records = arrivals.toSorted((one, other) => one.at - other.at).map(({ record }) => record)
  return { drivers, duplicates, seed, people, records }
}

function firstRecord(random: Random, driver: Driver): CampaignRecord {
  return written(random, driver, 0, answersOf(random, driver, driver.platforms[0]!), [])
}

/** Comes from another platform if the driver uses one, and each answer may be wrong for a reason of its own. */
function furtherRecord(random: Random, driver: Driver, repeat: number): CampaignRecord {
  const { platforms } = driver
  const truth = answersOf(random, driver, platforms[repeat % platforms.length]!)
  const name = random.chance(0.2) ? misheardName(random, truth.name) : undefined
  const mobile = random.chance(0.25) ? otherMobile(random, truth.mobile) : undefined
  const plate = truth.plate && random.chance(0.2) ? misreadPlate(random, truth.plate) : undefined
  const slips: Slip[] = [...(name ? ['name' as const] : []), ...(mobile ? ['mobile' as const] : [])]
  if (plate) slips.push('plate')
  const answers = {
    ...truth,
    name: name ?? truth.name,
    mobile: mobile ?? truth.mobile,
    plate: plate ?? truth.plate,
  }
  return written(random, driver, repeat, answers, slips)
}

/** The truth, as far as the driver cares to tell it. */
function answersOf(random: Random, driver: Driver, platform: string): Answers {
  const { name, residentId, mobile, plate, household, residence, residenceStreet, routes } = driver
  const told = <Value>(value: Value, share: number) => (random.chance(share) ? value : null)
  return {
    name,
    residentId,
    mobile,
    plate: told(plate, 0.85),
    platform: told(platform, 0.9),
    household: told(household, 0.6),
    residence: told(residence, 0.8),
    residenceStreet: told(residenceStreet, 0.4),
    routes: told(routes, 0.4) ?? [],
  }
}

/** Notes what was left out, and lets one in ten write as people write. */
function written(
  random: Random,
  driver: Driver,
  repeat: number,
  answers: Answers,
  slips: readonly Slip[],
): CampaignRecord {
  const leftOut = (driver.plate && !answers.plate) || !answers.platform || !answers.household || !answers.residence
  const all: Slip[] = [...slips, ...(leftOut ? ['left-out' as const] : [])]
  if (!random.chance(0.1)) return { personId: driver.personId, repeat, answers, slips: all }
  const scrawled = {
    ...answers,
    name: scrawls.name(random, answers.name),
    residentId: scrawls.residentId(random, answers.residentId),
    mobile: scrawls.mobile(random, answers.mobile),
    plate: answers.plate && scrawls.plate(random, answers.plate),
  }
  return { personId: driver.personId, repeat, answers: scrawled, slips: [...all, 'scrawl'] }
}
