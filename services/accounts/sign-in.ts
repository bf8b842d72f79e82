import { createHash, timingSafeEqual } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { DomainError } from '#libs/platform'
import { Account } from './account.entity.ts'
import { nameKey, OPERATOR_NAME } from './account-input.ts'
import { Passwords } from './passwords.ts'
import { ROOT_FEDERATION } from './scope.ts'
import { type Attempt, SignInLimit } from './sign-in-limit.ts'
import { type Session, Tokens } from './tokens.ts'

/** What the owner of the machine knows instead of an account. */
export class OperatorSecret {
  private readonly digest: Buffer

  constructor(secret: string) {
    this.digest = sha256(secret)
  }

  /** Takes the same time for every answer. */
  is(text: string): boolean {
    return timingSafeEqual(this.digest, sha256(text))
  }
}

/** Turns what somebody knows into a session. */
@Injectable()
export class SignIn {
  constructor(
    private readonly dataSource: DataSource,
    private readonly passwords: Passwords,
    private readonly limit: SignInLimit,
    private readonly tokens: Tokens,
    private readonly operatorSecret: OperatorSecret,
  ) {}

  /** @throws {DomainError} `wrong_name_or_password` | `too_many_attempts` */
  async withPassword(attempt: Attempt, password: string, now: Date): Promise<Session> {
    await this.limit.count(attempt, now)
    const account = await this.dataSource.manager.findOneBy(Account, { nameKey: nameKey(attempt.name) })
    const matches = await this.passwords.matches(password, account?.passwordHash)
    if (!account || !matches || account.disabledAt) {
      throw new DomainError('unauthenticated', 'wrong_name_or_password', {
        zh: '登录名或密码不正确，请核对后重试',
        en: 'The name or the password is wrong: check them and try again',
      })
    }
    await this.limit.succeeded(attempt, now)
    return this.as(account, now)
  }

  /** Not limited: guessing a random text of 32 characters is hopeless. @throws {DomainError} `wrong_secret` */
  async asOperator(secret: string, now: Date): Promise<Session> {
    if (!this.operatorSecret.is(secret)) {
      throw new DomainError('unauthenticated', 'wrong_secret', {
        zh: '运维密钥不正确',
        en: 'This is not the operator secret of the system',
      })
    }
    const [accountId, name, role] = [OPERATOR_NAME, OPERATOR_NAME, 'operator' as const]
    return this.tokens.issue({ accountId, name, role, federationId: ROOT_FEDERATION }, now)
  }

  /** A session of an account whose owner has just proved to be there. */
  as({ id: accountId, name, role, federationId }: Account, now: Date): Promise<Session> {
    return this.tokens.issue({ accountId, name, role, federationId }, now)
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
