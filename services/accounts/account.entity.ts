import { Column, Entity, PrimaryColumn } from 'typeorm'
import type { Role } from '#libs/platform'

/** Somebody who may sign in. Accounts are disabled, never deleted: decisions name them. */
@Entity('account')
export class Account {
  @PrimaryColumn('uuid')
  id: string

  /** What its owner types to sign in. */
  @Column('text')
  name: string

  /** The name by which two sign-in names are the same; see `nameKey`. */
  @Column('text', { name: 'name_key' })
  nameKey: string

  @Column('text', { name: 'display_name' })
  displayName: string

  @Column('text', { name: 'password_hash' })
  passwordHash: string

  @Column('text')
  role: Role

  /** The federation whose subtree the account may see and decide. */
  @Column('text', { name: 'federation_id' })
  federationId: string

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt: Date | null
}
