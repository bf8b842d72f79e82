import type { Principal } from '#libs/platform'

/** A record as far as authority over it goes: where it was placed, nearest federation first; null while it is not placed. */
export interface Placed {
  readonly federationPath: readonly string[] | null
}

/**
 * Whether somebody may decide about all these records of a person; pure. Every placed record has to lie within the sender's
 * federation; records without a placement (leads, arrivals of this moment) follow the placed ones. Where nothing is placed
 * only an operator decides.
 */
export function mayDecide(sender: Pick<Principal, 'role' | 'federationId'>, records: readonly Placed[]): boolean {
  const placed = records.filter(({ federationPath }) => federationPath !== null)
  if (placed.length === 0) return sender.role === 'operator'
  return placed.every(({ federationPath }) => federationPath!.includes(sender.federationId))
}

/** Whether somebody may see these records, masked: one of them lies within the sender's federation. */
export function maySee(sender: Pick<Principal, 'role' | 'federationId'>, records: readonly Placed[]): boolean {
  return mayDecide(sender, records) || records.some((record) => record.federationPath?.includes(sender.federationId))
}
