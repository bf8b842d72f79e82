import type { Principal, Role } from '#libs/platform'

/** 无锡市总工会: the first admin and the operator look after it and everything below. */
export const ROOT_FEDERATION = 'wx'

/** True for those who look after the accounts of every federation. */
export function looksAfterAll({ role, federationId }: Principal): boolean {
  return role === 'operator' || (role === 'admin' && federationId === ROOT_FEDERATION)
}

/**
 * Whether somebody may make or disable an account. Admins look after admins and stewards of their own federation, those
 * of the root after every federation's: which federation stands below which is known to the federations service alone.
 */
export function looksAfter(sender: Principal, account: { role: Role; federationId: string }): boolean {
  if (sender.role === 'operator') return true
  if (sender.role !== 'admin' || account.role === 'operator') return false
  return looksAfterAll(sender) || sender.federationId === account.federationId
}
