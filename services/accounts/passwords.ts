import { randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { hash, verify } from '@node-rs/argon2'

/** OWASP Password Storage Cheat Sheet: argon2id (the library's default) with 19 MiB, 2 passes and 1 lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Passwords at rest: argon2id in PHC format, over the NFKC form so that every keyboard types the same password. */
@Injectable()
export class Passwords {
  private readonly decoy = this.hash(randomBytes(16).toString('hex'))

  hash(password: string): Promise<string> {
    return hash(password.normalize('NFKC'), COST)
  }

  /** Compares; without a hash it takes as long and is false, so that nobody learns which accounts exist. */
  async matches(password: string, passwordHash: string | undefined): Promise<boolean> {
    return verify(passwordHash ?? (await this.decoy), password.normalize('NFKC'))
  }
}
