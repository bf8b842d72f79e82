import { checkCharacter } from '#libs/china'
import { makeName, type NameWishes, type People } from './drivers-names.ts'
import { type Home, makeHome, makeRoutes } from './drivers-places.ts'
import type { Random } from './drivers-random.ts'
import { makeMobile, makePlate, makeSisterPlate, type Plate } from './drivers-vehicles.ts'

/** Ages are counted from here, so that one seed gives the same people in every year. */
const YEAR = 2026

/** A truck driver as he or she is, not as a form has it. */
export interface Driver {
  readonly personId: string
  readonly name: string
  readonly residentId: string
  readonly mobile: string
  /** Null for a driver without a truck of their own. */
  readonly plate: string | null
  readonly plateColour: Plate['plateColour'] | null
  /** Codes of the platforms on which the driver finds cargo; the most used one first. */
  readonly platforms: readonly string[]
  /** Divisions of GB/T 2260, six digits. */
  readonly household: string
  readonly residence: string
  readonly residenceStreet: string | null
  readonly routes: readonly string[]
  /** The people with whom the driver shares phone, truck, home or name; null for most. */
  readonly circle: { readonly id: string; readonly kind: CircleKind } | null
}

/**
 * `couple`: husband and wife on one truck, mostly with one phone. `fleet`: drivers of one owner, whose agent signs many
 * of them up with one number. `relatives`: brothers and cousins with names of one generation, from one village.
 */
export type CircleKind = 'couple' | 'fleet' | 'relatives'

/** How often a single driver or a circle comes along; by people: 76 % single, 8 % couples, 10 % fleets, 6 % relatives. */
const COMPANY: Readonly<Record<CircleKind | 'single', number>> = { single: 76, couple: 4, fleet: 1.4, relatives: 2.4 }

const PEOPLES: Readonly<Record<People, number>> = { han: 96.5, hui: 2, uyghur: 1, tibetan: 0.5 }

const AGES = { '24-35': 20, '36-45': 50, '46-55': 25, '56-60': 5 }

const PLATFORMS = {
  ...{ yunmanman: 42, huochebang: 18, huolala: 13, luge: 8, shengsheng: 5, 'didi-freight': 4, kuaigou: 3 },
  ...{ fuyou: 2, zczy: 2, 'sf-intracity': 1, g7: 1, other: 1 },
}

type Draft = Omit<Driver, 'personId' | 'circle'> & {
  readonly people: People
  readonly home: Home
  readonly birthYear: number
  readonly surname: string
  readonly generation: string
}

/** People of whom no two have one resident id, in the order in which they came along. */
export class Population {
  readonly drivers: Driver[] = []
  private readonly residentIds = new Set<string>()
  private circles = 0

  constructor(private readonly random: Random) {}

  grow(size: number): void {
    while (this.drivers.length < size) {
      const kind = this.random.weighted(COMPANY)
      const drafts = kind === 'single' ? [this.person({})] : this[kind]()
      const circle = kind === 'single' ? null : { id: `circle-${++this.circles}`, kind }
      for (const draft of drafts.slice(0, size - this.drivers.length)) this.add(draft, circle)
    }
  }

  private add(draft: Draft, circle: Driver['circle']): void {
    const { people, home, birthYear, surname, generation, ...driver } = draft
    this.drivers.push({ personId: `driver-${String(this.drivers.length + 1).padStart(5, '0')}`, ...driver, circle })
  }

  private couple(): Draft[] {
    const husband = this.person({ sex: 'male' })
    const { plate, plateColour, platforms, people, birthYear } = husband.plate
      ? husband
      : { ...husband, ...makePlate(this.random) }
    const near = birthYear + this.random.integer(-3, 3)
    const wife = this.person({ sex: 'female', people, birthYear: Math.min(near, YEAR - 24) })
    const { residence, residenceStreet, routes } = husband
    const shared = { plate, plateColour, platforms, residence, residenceStreet, routes }
    const mobile = this.random.chance(0.7) ? husband.mobile : wife.mobile
    return [
      { ...husband, ...shared },
      { ...wife, ...shared, mobile },
    ]
  }

  private fleet(): Draft[] {
    const { mobile: agent, residence, residenceStreet } = this.person({})
    const truck = makePlate(this.random)
    const platforms = this.platforms()
    return Array.from({ length: this.random.integer(3, 12) }, () => {
      const driver = this.person({})
      const mobile = this.random.chance(0.6) ? agent : driver.mobile
      const quarters = this.random.chance(0.5) ? { residence, residenceStreet } : {}
      return { ...driver, ...quarters, ...makeSisterPlate(this.random, truck), mobile, platforms }
    })
  }

  private relatives(): Draft[] {
    const eldest = this.person({ sex: 'male', people: 'han' })
    const { surname, home, residence, residenceStreet } = eldest
    const generation = eldest.generation || [...eldest.name].at(-1)!
    const others = Array.from({ length: this.random.integer(1, 3) }, () => {
      const birthYear = Math.min(eldest.birthYear + this.random.integer(-6, 6), YEAR - 24)
      const relative = this.person({ sex: 'male', people: 'han', birthYear, surname, generation, home })
      return { ...relative, residence, residenceStreet }
    })
    return [eldest, ...others]
  }

  private person(wishes: Partial<NameWishes> & { readonly home?: Home }): Draft {
    const { random } = this
    const sex = wishes.sex ?? (random.chance(0.96) ? 'male' : 'female')
    const people = wishes.people ?? random.weighted(PEOPLES)
    const birthYear = wishes.birthYear ?? this.birthYear()
    const home = wishes.home ?? makeHome(random, people)
    const { household, residence, residenceStreet } = home
    const truck = random.chance(0.88) ? makePlate(random) : { plate: null, plateColour: null }
    return {
      ...makeName(random, { ...wishes, sex, people, birthYear }),
      residentId: this.residentId(home.issuedAt, birthYear, sex),
      mobile: makeMobile(random),
      ...truck,
      platforms: this.platforms(),
      household,
      residence,
      residenceStreet,
      routes: makeRoutes(random),
      people,
      home,
      birthYear,
    }
  }

  private birthYear(): number {
    const [youngest, oldest] = this.random.weighted(AGES).split('-').map(Number) as [number, number]
    return YEAR - this.random.integer(youngest, oldest)
  }

  private residentId(division: string, birthYear: number, sex: 'male' | 'female'): string {
    for (;;) {
      const day = new Date(Date.UTC(birthYear, 0, this.random.integer(1, 365)))
      const serial = this.random.integer(0, 499) * 2 + (sex === 'male' ? 1 : 0)
      const digits = `${division}${day.toISOString().slice(0, 10).replaceAll('-', '')}${String(serial).padStart(3, '0')}`
      const id = digits + checkCharacter(digits)
      if (this.residentIds.has(id)) continue
      this.residentIds.add(id)
      return id
    }
  }

  /** One to three platforms, none twice. */
  private platforms(): string[] {
    const count = Number(this.random.weighted({ 1: 45, 2: 40, 3: 15 }))
    return [...new Set(Array.from({ length: count }, () => this.random.weighted(PLATFORMS)))]
  }
}
