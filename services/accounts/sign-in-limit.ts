import { createHash } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { DomainError } from '#libs/platform'
import { nameKey } from './account-input.ts'

const WINDOW_MS = 15 * 60_000
const ATTEMPTS_PER_NAME = 10
/** Many admins may share the address of their office. */
const ATTEMPTS_PER_ADDRESS = 50

/** Who tries to sign in. */
export interface Attempt {
  readonly name: string
  readonly address: string
}

/**
 * Bounds the guessing of passwords, per name and per address, for all processes together. Names and addresses are kept
 * as hashes: people type passwords into the wrong field.
 */
@Injectable()
export class SignInLimit {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Counts an attempt before its password is looked at, so that attempts at the same time can't slip through.
   *
   * @throws {DomainError} `too_many_attempts`, with the seconds to wait
   */
  async count(attempt: Attempt, now: Date): Promise<void> {
    await this.countSubject(addressSubject(attempt), ATTEMPTS_PER_ADDRESS, now)
    await this.countSubject(nameSubject(attempt), ATTEMPTS_PER_NAME, now)
  }

  /** Takes back a count whose password was right, and forgets windows that are over. */
  async succeeded(attempt: Attempt, now: Date): Promise<void> {
    await this.dataSource.query(`update sign_in_attempt set attempts = attempts - 1 where subject = $1`, [
      addressSubject(attempt),
    ])
    await this.dataSource.query(`delete from sign_in_attempt where subject = $1 or since <= $2`, [
      nameSubject(attempt),
      windowStart(now),
    ])
  }

  private async countSubject(subject: Buffer, most: number, now: Date): Promise<void> {
    const [row]: { attempts: number; since: Date }[] = await this.dataSource.query(
      `insert into sign_in_attempt as known (subject, since, attempts) values ($1, $2, 1)
       on conflict (subject) do update set
         attempts = case when known.since <= $3 then 1 else known.attempts + 1 end,
         since = case when known.since <= $3 then excluded.since else known.since end
       returning attempts, since`,
      [subject, now, windowStart(now)],
    )
    if (row!.attempts > most) throw tooMany(row!.since, now)
  }
}

function addressSubject({ address }: Attempt): Buffer {
  return createHash('sha256').update(`address ${address}`).digest()
}

function nameSubject({ name }: Attempt): Buffer {
  return createHash('sha256')
    .update(`name ${nameKey(name)}`)
    .digest()
}

function windowStart(now: Date): Date {
  return new Date(now.getTime() - WINDOW_MS)
}

function tooMany(since: Date, now: Date): DomainError {
  const retryAfterSeconds = Math.ceil((since.getTime() + WINDOW_MS - now.getTime()) / 1_000)
  const minutes = Math.ceil(retryAfterSeconds / 60)
  return new DomainError(
    'too_many',
    'too_many_attempts',
    { zh: `尝试次数过多，请 ${minutes} 分钟后再试`, en: `Too many attempts: try again in ${minutes} minutes` },
    { retryAfterSeconds },
  )
}
