import { checkCharacter } from '#libs/china'
import { type Chance, chances } from './chance.ts'
import { maskName, showId, showPhone, typeDigits, typeName, typePlate, writePlace } from './driver-slips.ts'
import { COLOURS, GIVEN, HOMES, PLATFORMS, PROVINCES, SERIAL, SURNAMES } from './driver-words.ts'

/** A generated record; `person`, `couple` and `fleet` are the truth that no engine gets to see. 0: none. */
export interface DriverRecord {
  readonly cells: Readonly<Record<DriverColumn, string>>
  readonly person: number
  readonly couple: number
  readonly fleet: number
}

export const DRIVER_COLUMNS = [
  'record_id',
  'platform',
  'platform_driver_id',
  'name',
  'resident_id',
  'mobile',
  'plate',
  'plate_colour',
  'residence',
  'household',
  'registered_on',
] as const
export type DriverColumn = (typeof DRIVER_COLUMNS)[number]

interface Truck {
  readonly plate: string
  readonly colour: string
}

interface Person {
  readonly number: number
  readonly name: string
  readonly id: string
  readonly phones: string[]
  readonly trucks: Truck[]
  readonly residence: string
  readonly household: string
  couple: number
  fleet: number
  fleetPhone: string
}

/**
 * Generates drivers as platforms, paper rosters and parks know them: several accounts, typos, homophones, look-alikes,
 * traditional characters, masked rosters, changed and recycled numbers, couples who share phone and truck, relatives with
 * like names, fleets with an office phone and shared trucks. The same seed gives the same records.
 */
export function* generateDrivers(records: number, seed: number): Generator<DriverRecord> {
  const chance = chances(seed)
  let made = 0
  let person = 0
  let unit = 0
  let recycled = ''
  while (made < records) {
    const group = makeGroup(chance, () => ++person, ++unit)
    if (recycled !== '' && chance.happens(30)) group[0]!.phones.push(recycled)
    if (chance.happens(50)) recycled = group[0]!.phones[0]!
    for (const member of group) {
      for (const cells of recordsOf(chance, member, () => ++made)) {
        yield { cells, person: member.number, couple: member.couple, fleet: member.fleet }
        if (made >= records) return
      }
    }
  }
}

function makeGroup(chance: Chance, nextPerson: () => number, unit: number): Person[] {
  const kind = chance.below(1000)
  if (kind < 60) return makeCouple(chance, nextPerson, unit)
  if (kind < 110) return makeRelatives(chance, nextPerson)
  if (kind < 118) return makeFleet(chance, nextPerson, unit)
  return [makePerson(chance, nextPerson())]
}

function makePerson(chance: Chance, number: number, kin?: Person): Person {
  const province = chance.pick(PROVINCES)
  const region = kin
    ? kin.id.slice(0, 6)
    : province[0] + String(1 + chance.below(18)).padStart(2, '0') + String(1 + chance.below(30)).padStart(2, '0')
  const surname = kin ? kin.name[0]! : chance.skewed(SURNAMES)
  const generation = kin && kin.name.length === 3 && chance.happens(500) ? kin.name[1]! : chance.skewed(GIVEN)
  const name = surname + generation + (kin || chance.happens(800) ? chance.skewed(GIVEN) : '')
  const phones = [makePhone(chance)]
  while (chance.happens(250)) phones.push(makePhone(chance))
  const trucks = [makeTruck(chance)]
  if (chance.happens(200)) trucks.push(makeTruck(chance))
  const residence = chance.happens(700) ? chance.pick(HOMES) : region
  return {
    number,
    name,
    id: makeId(chance, region),
    phones,
    trucks,
    residence,
    household: region,
    couple: 0,
    fleet: 0,
    fleetPhone: '',
  }
}

function makeCouple(chance: Chance, nextPerson: () => number, couple: number): Person[] {
  const one = makePerson(chance, nextPerson())
  const other = { ...makePerson(chance, nextPerson()), residence: one.residence, trucks: one.trucks }
  if (chance.happens(400)) other.phones.splice(0, 1, one.phones[0]!)
  else other.phones.push(one.phones[0]!)
  one.couple = couple
  other.couple = couple
  return [one, other]
}

function makeRelatives(chance: Chance, nextPerson: () => number): Person[] {
  const one = makePerson(chance, nextPerson())
  const other = makePerson(chance, nextPerson(), one)
  if (chance.happens(400)) other.trucks.push(one.trucks[0]!)
  if (chance.happens(250)) other.phones.push(one.phones[0]!)
  return [one, other]
}

function makeFleet(chance: Chance, nextPerson: () => number, fleet: number): Person[] {
  const fleetPhone = makePhone(chance)
  const trucks = Array.from({ length: 3 + chance.below(20) }, () => makeTruck(chance))
  return Array.from({ length: 4 + chance.below(40) }, () => {
    const driver = makePerson(chance, nextPerson())
    driver.trucks.splice(0, driver.trucks.length, chance.pick(trucks), chance.pick(trucks))
    return { ...driver, fleet, fleetPhone }
  })
}

function makeId(chance: Chance, region: string): string {
  const born = new Date(
    Date.UTC(1962 + Math.floor((chance.below(40) + chance.below(40)) / 2), 0, 1 + chance.below(365)),
  )
  const digits =
    region + born.toISOString().slice(0, 10).replaceAll('-', '') + String(chance.below(1000)).padStart(3, '0')
  return digits + checkCharacter(digits)
}

function makePhone(chance: Chance): string {
  return (
    chance.pick([
      '138',
      '139',
      '137',
      '135',
      '136',
      '150',
      '151',
      '152',
      '158',
      '159',
      '182',
      '187',
      '188',
      '130',
      '131',
      '186',
      '133',
      '153',
      '180',
      '189',
      '199',
      '177',
    ]) + String(chance.below(100_000_000)).padStart(8, '0')
  )
}

function makeTruck(chance: Chance): Truck {
  const province = chance.happens(600) ? '苏' : chance.pick(PROVINCES)[1]
  const city = chance.happens(600) ? 'B' : chance.pick('ACDEFGHJ')
  let serial = ''
  for (let i = 0; i < 5; i++) serial += chance.happens(250) ? chance.pick(SERIAL) : String(chance.below(10))
  return { plate: province + city + serial, colour: chance.pick(COLOURS) }
}

function* recordsOf(chance: Chance, person: Person, nextRecord: () => number): Generator<Record<DriverColumn, string>> {
  let count = 1
  while (count < 8 && chance.happens(600)) count++
  for (let i = 0; i < count; i++) {
    const masked = chance.happens(60)
    const fromPark = !masked && chance.happens(200)
    const truck = chance.pick(person.trucks)
    const hasPlate = chance.happens(fromPark ? 950 : 780)
    const year = 2017 + chance.below(9)
    const name = typeName(chance, person.name)
    const id = typeDigits(chance, person.id, 12)
    const phone = person.fleetPhone && chance.happens(200) ? person.fleetPhone : phoneAt(chance, person, year)
    const typedPhone = typeDigits(chance, phone, 10)
    const record = String(nextRecord())
    yield {
      record_id: 'r' + record,
      platform: fromPark ? '' : chance.pick(PLATFORMS),
      platform_driver_id: fromPark || chance.happens(100) ? '' : 'D' + record + chance.below(1000),
      name: masked ? maskName(chance, name) : chance.happens(4) ? name[0] + '师傅' : name,
      resident_id: showId(chance, id, masked, fromPark),
      mobile: showPhone(chance, typedPhone, person.phones, masked),
      plate: hasPlate ? typePlate(chance, truck.plate) : '',
      plate_colour: hasPlate && chance.happens(800) ? truck.colour : '',
      residence: chance.happens(600)
        ? writePlace(chance, chance.happens(900) ? person.residence : chance.pick(HOMES))
        : '',
      household: chance.happens(500) ? person.household : '',
      registered_on: chance.happens(950) ? `${year}-${String(1 + chance.below(12)).padStart(2, '0')}-15` : '',
    }
  }
}

function phoneAt(chance: Chance, person: Person, year: number): string {
  const { phones } = person
  if (phones.length === 1 || chance.happens(150)) return chance.pick(phones)
  return phones[Math.min(phones.length - 1, Math.floor(((year - 2017) * phones.length) / 9))]!
}
