/** A text in the two languages of the system. */
export interface Bilingual {
  zh: string
  en: string
}

/** The kinds of union that occur below a province, with their official names. */
export const federationKinds = {
  'general-union': '总工会',
  'industry-federation': '行业工会联合会',
  'regional-federation': '区域工会联合会',
  'joint-grassroots': '联合基层工会',
  grassroots: '独立基层工会',
} as const

export type FederationKind = keyof typeof federationKinds

/** From the widest to the narrowest. */
export const federationLevels = ['province', 'city', 'district', 'street', 'enterprise'] as const

export type FederationLevel = (typeof federationLevels)[number]

/** The four groups of workers that take priority in the campaign: 货车司机, 网约车司机, 快递员, 外卖配送员. */
export const industries = ['road-freight', 'ride-hailing', 'express-delivery', 'food-delivery'] as const

export type Industry = (typeof industries)[number]

/** One union. Plain data, as stored and as edited by an administrator. */
export interface FederationRow {
  /** Stable slug; never an area code, for functional zones have none and codes change. */
  id: string
  parentId: string | null
  name: Bilingual
  kind: FederationKind
  level: FederationLevel
  /** What people call the area it stands for (惠山区, 洛社镇); null when it stands for none. */
  place: Bilingual | null
  /** Its area: GB/T 2260 (6 digits) down to districts, 9 digits for a street or town; null without a code of its own. */
  division: string | null
  /** Abolished codes that are part of the area today; they live on in resident ids. */
  formerDivisions: string[]
  /** Plates that are registered in its area, as 苏B. */
  platePrefixes: string[]
  admitsMembers: boolean
  /** Whom it admits directly, if it admits anybody. */
  industries: Industry[]
  /** Platforms, by code and by name, whose drivers this union was founded for. */
  platforms: string[]
  /** True for an invented union that an administrator replaces by a real one. */
  sample: boolean
}

export type FederationTreeFault =
  | 'duplicate_id'
  | 'duplicate_area'
  | 'no_root'
  | 'several_roots'
  | 'unknown_parent'
  | 'cycle'

/** The rows are no tree; `code` says what is wrong and `ids` where. */
export class InvalidFederationTree extends Error {
  constructor(
    readonly code: FederationTreeFault,
    readonly ids: string[],
  ) {
    super(`the federations form no tree: ${code} (${ids.join(', ')})`)
  }
}

/**
 * The unions of one province as a tree, with every lookup that placement needs made ready once. Immutable; the order of
 * the rows does not matter. Throws InvalidFederationTree unless there is exactly one root, every parent exists, nothing
 * is its own ancestor, and no id, area code or plate prefix occurs twice.
 */
export class FederationTree {
  readonly root: FederationRow
  private readonly rows = new Map<string, FederationRow>()
  private readonly paths = new Map<string, string[]>()
  private readonly children = new Map<string, FederationRow[]>()
  private readonly areas = new Map<string, FederationRow>()
  private readonly streets = new Map<string, FederationRow[]>()
  private readonly platforms = new Map<string, FederationRow[]>()

  constructor(rows: readonly FederationRow[]) {
    const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    for (const row of sorted) setOnce(this.rows, row.id, row, 'duplicate_id')
    for (const row of sorted) {
      this.paths.set(row.id, this.climb(row))
      if (row.parentId) append(this.children, row.parentId, row)
      for (const code of areaKeys(row)) setOnce(this.areas, code, row, 'duplicate_area')
      if (row.level === 'street' && row.place) append(this.streets, row.place.zh, row)
      for (const platform of row.platforms) append(this.platforms, platform, row)
    }
    const roots = sorted.filter((row) => row.parentId === null)
    if (roots.length > 1) throw new InvalidFederationTree('several_roots', roots.map(idOf))
    if (!roots[0]) throw new InvalidFederationTree('no_root', [])
    this.root = roots[0]
  }

  /** Every union, in the order of the ids. */
  get all(): FederationRow[] {
    return [...this.rows.values()]
  }

  byId(id: string): FederationRow | undefined {
    return this.rows.get(id)
  }

  /** The union and every union above it, nearest first; empty for an unknown id. */
  pathTo(id: string): readonly string[] {
    return this.paths.get(id) ?? []
  }

  /** Whether `id` is `ancestor` or lies anywhere below it. */
  isWithin(id: string, ancestor: string): boolean {
    return this.pathTo(id).includes(ancestor)
  }

  childrenOf(id: string): readonly FederationRow[] {
    return this.children.get(id) ?? []
  }

  /** The union itself or the nearest one above it for which `test` holds. */
  nearest(id: string, test: (row: FederationRow) => boolean): FederationRow | undefined {
    for (const step of this.pathTo(id)) {
      const row = this.rows.get(step)
      if (row && test(row)) return row
    }
    return undefined
  }

  /**
   * The narrowest union whose area contains a division code of 6 digits (GB/T 2260) or 9 (street): the one with that
   * code, else the one of its district, city or province.
   */
  ofDivision(code: string): FederationRow | undefined {
    return (
      this.areas.get(code) ??
      this.areas.get(code.slice(0, 6)) ??
      this.areas.get(`${code.slice(0, 4)}00`) ??
      this.areas.get(`${code.slice(0, 2)}0000`)
    )
  }

  /** The union of the city that issues plates with this prefix (苏B). */
  ofPlate(prefix: string): FederationRow | undefined {
    return this.areas.get(prefix)
  }

  /** The unions of the streets and towns called so (洛社镇); two districts can have one of the same name. */
  ofStreetName(name: string): readonly FederationRow[] {
    return this.streets.get(name) ?? []
  }

  /** The unions founded for the drivers of a platform. */
  ofPlatform(platform: string): readonly FederationRow[] {
    return this.platforms.get(platform) ?? []
  }

  private climb(row: FederationRow): string[] {
    const path = [row.id]
    for (let at = row; at.parentId !== null; ) {
      const parent = this.rows.get(at.parentId)
      if (!parent) throw new InvalidFederationTree('unknown_parent', [at.id, at.parentId])
      if (path.includes(parent.id)) throw new InvalidFederationTree('cycle', path)
      path.push(parent.id)
      at = parent
    }
    return path
  }
}

const idOf = (row: FederationRow) => row.id

const areaKeys = (row: FederationRow) => [
  ...(row.division ? [row.division] : []),
  ...row.formerDivisions,
  ...row.platePrefixes,
]

function setOnce(map: Map<string, FederationRow>, key: string, row: FederationRow, fault: FederationTreeFault): void {
  const before = map.get(key)
  if (before) throw new InvalidFederationTree(fault, [before.id, row.id])
  map.set(key, row)
}

function append(map: Map<string, FederationRow[]>, key: string, row: FederationRow): void {
  const list = map.get(key)
  if (list) list.push(row)
  else map.set(key, [row])
}
