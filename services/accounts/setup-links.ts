import { createHash, randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { lockKeys, transact } from '#libs/database'
import { DomainError } from '#libs/platform'
import { Account } from './account.entity.ts'
import type { FirstAdmin } from './account-input.ts'
import { Accounts, type Occasion } from './accounts.ts'
import { PublicAddress } from './public-address.ts'
import { ROOT_FEDERATION } from './scope.ts'

const LINK_MS = 24 * 3_600_000

/** What a link is good for: the first admin, or no longer. */
export type LinkState = 'open' | 'set_up' | 'expired'

/** One-time links by which the first admin makes the account that every other one comes from. */
@Injectable()
export class SetupLinks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: Accounts,
    private readonly address: PublicAddress,
  ) {}

  /** Makes a link; those made before stay good. @throws {DomainError} `already_set_up` once there is an admin */
  async issue(now: Date): Promise<{ url: string; expiresAt: Date }> {
    if (await hasAdmin(this.dataSource.manager)) {
      throw new DomainError('conflict', 'already_set_up', {
        zh: '已有管理员账号，请直接登录，或请管理员为您开通账号',
        en: 'There is an admin already: sign in, or have an admin make you an account',
      })
    }
    const token = randomBytes(32).toString('base64url')
    const expiresAt = new Date(now.getTime() + LINK_MS)
    await this.dataSource.query(`delete from setup_link where expires_at <= $1`, [now])
    await this.dataSource.query(`insert into setup_link (token_hash, expires_at) values ($1, $2)`, [
      hashOf(token),
      expiresAt,
    ])
    return { url: this.address.setupLink(token), expiresAt }
  }

  state(token: string, now: Date): Promise<LinkState> {
    return stateOf(this.dataSource.manager, token, now)
  }

  /**
   * Makes the first admin. Uses take turns, of one link and of different ones, so that there is only one.
   *
   * @throws {DomainError} `setup_link_set_up` | `setup_link_expired` | `name_taken`
   */
  async use(token: string, admin: FirstAdmin, occasion: Occasion): Promise<Account> {
    const account = await this.accounts.draft({ ...admin, role: 'admin', federationId: ROOT_FEDERATION }, occasion.now)
    await transact(this.dataSource, async (tx) => {
      await lockKeys(tx, 'accounts', ['first admin'])
      const state = await stateOf(tx, token, occasion.now)
      if (state !== 'open') {
        throw new DomainError('gone', `setup_link_${state}`, {
          zh: '这个设置链接已失效',
          en: 'This set-up link is no longer good',
        })
      }
      await tx.query(`delete from setup_link`)
      await this.accounts.add(tx, account, occasion)
    })
    return account
  }
}

async function stateOf(tx: EntityManager, token: string, now: Date): Promise<LinkState> {
  if (await hasAdmin(tx)) return 'set_up'
  const [{ open }] = await tx.query(
    `select exists (select from setup_link where token_hash = $1 and expires_at > $2) as open`,
    [hashOf(token), now],
  )
  return open ? 'open' : 'expired'
}

function hasAdmin(tx: EntityManager): Promise<boolean> {
  return tx.existsBy(Account, { role: 'admin' })
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
