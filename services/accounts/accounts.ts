import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { accountCreated, newEvent } from '#libs/contracts'
import { transact } from '#libs/database'
import { EventLog } from '#libs/messaging'
import { DomainError, forbidden, type Principal } from '#libs/platform'
import { Account } from './account.entity.ts'
import { type NewAccount, nameKey } from './account-input.ts'
import { Passwords } from './passwords.ts'
import { looksAfter, looksAfterAll } from './scope.ts'

/** When something happens, and the id of the request that caused it. */
export interface Occasion {
  readonly now: Date
  readonly trace: string
}

/** The accounts and who looks after them. */
@Injectable()
export class Accounts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly passwords: Passwords,
  ) {}

  /** Makes an account for somebody else. @throws {DomainError} `not_allowed` | `name_taken` */
  async create(request: NewAccount, sender: Principal, occasion: Occasion): Promise<Account> {
    if (!looksAfter(sender, request)) throw forbidden()
    const account = await this.draft(request, occasion.now)
    await transact(this.dataSource, (tx) => this.add(tx, account, occasion))
    return account
  }

  /** An account that is not kept yet. Hashing takes long: it is done outside of transactions. */
  async draft({ password, ...request }: NewAccount, now: Date): Promise<Account> {
    return Object.assign(new Account(), {
      ...request,
      id: uuidv7(),
      nameKey: nameKey(request.name),
      passwordHash: await this.passwords.hash(password),
      createdAt: now,
      disabledAt: null,
    })
  }

  /** Keeps an account and says so. @throws {DomainError} `name_taken` */
  async add(tx: EntityManager, account: Account, { now, trace }: Occasion): Promise<void> {
    const insert = tx.createQueryBuilder().insert().into(Account).values(account).orIgnore().returning('id')
    const { raw } = await insert.execute()
    if (raw.length === 0) {
      throw new DomainError('conflict', 'name_taken', {
        zh: '这个登录名已被使用，请换一个',
        en: 'This sign-in name is taken: choose another',
      })
    }
    const { id: accountId, role, federationId } = account
    await this.log.append(tx, [newEvent(accountCreated, { accountId, role, federationId }, { now, trace })])
  }

  /** The accounts that the sender looks after, in the order of their making. */
  list(sender: Principal): Promise<Account[]> {
    return this.dataSource.manager.find(Account, {
      where: looksAfterAll(sender) ? {} : { federationId: sender.federationId },
      order: { createdAt: 'asc', id: 'asc' },
    })
  }

  /** The sender's own account; null for who signed in by the operator secret. */
  own({ name }: Principal): Promise<Account | null> {
    return this.dataSource.manager.findOneBy(Account, { nameKey: nameKey(name) })
  }

  /** Ends the right to sign in; done twice it changes nothing. @throws {DomainError} */
  async disable(accountId: string, sender: Principal, now: Date): Promise<Account> {
    const account = await this.dataSource.manager.findOneBy(Account, { id: accountId })
    if (!account) {
      throw new DomainError('not_found', 'no_such_account', { zh: '没有这个账号', en: 'There is no such account' })
    }
    if (!looksAfter(sender, account)) throw forbidden()
    if (accountId === sender.accountId) {
      throw new DomainError('conflict', 'own_account', {
        zh: '不能停用自己的账号，请由其他管理员操作',
        en: 'Nobody disables their own account: ask another admin',
      })
    }
    account.disabledAt ??= now
    return this.dataSource.manager.save(account)
  }
}
