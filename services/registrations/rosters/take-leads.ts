import type { LeadValues } from './lead-values.ts'

/** A lead that is stored, as far as it decides what a row does to it. */
export interface KnownLead {
  readonly id: string
  readonly version: number
  readonly mac: Buffer
  readonly listedAt: Date
}

/** A row of a list with what it is found by and recognised by; the first of each is under the active key. */
export interface ListedRow {
  readonly values: LeadValues
  readonly keys: readonly Buffer[]
  readonly macs: readonly Buffer[]
}

/** A lead as it has to be stored and told. */
export interface TakenLead extends KnownLead {
  readonly key: Buffer
  readonly values: LeadValues
}

export interface Taken {
  /** New and changed leads, each once, in the order of the list; the last row of a lead counts. */
  readonly leads: readonly TakenLead[]
  readonly fresh: number
  readonly changed: number
  readonly unchanged: number
}

/** What a batch of rows does to the leads that are known, by blind key in hex; pure. */
export function takeLeads(
  rows: readonly ListedRow[],
  known: ReadonlyMap<string, KnownLead>,
  { now, newId }: { now: Date; newId: () => string },
): Taken {
  const current = new Map(known)
  const leads = new Map<string, TakenLead>()
  const count = { fresh: 0, changed: 0, unchanged: 0 }
  for (const { values, keys, macs } of rows) {
    const lead = keys.map((key) => current.get(key.toString('hex'))).find((each) => each !== undefined)
    if (lead && macs.some((mac) => mac.equals(lead.mac))) {
      count.unchanged++
      continue
    }
    count[lead ? 'changed' : 'fresh']++
    const taken = {
      id: lead?.id ?? newId(),
      version: (lead?.version ?? 0) + 1,
      key: keys[0]!,
      mac: macs[0]!,
      listedAt: values.registeredOn ? new Date(values.registeredOn) : (lead?.listedAt ?? now),
      values,
    }
    leads.set(taken.id, taken)
    for (const key of keys) current.set(key.toString('hex'), taken)
  }
  return { leads: [...leads.values()], ...count }
}
