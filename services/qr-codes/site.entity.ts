import type { Relation } from 'typeorm'
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryColumn } from 'typeorm'

export const siteKinds = ['logistics-park', 'freight-hub', 'driver-station'] as const

/** A place where drivers are met: 物流园区, 货运集散地 or 司机驿站. */
@Entity('site')
export class Site {
  @PrimaryColumn('uuid')
  id: string

  @Column('text', { name: 'name_zh' })
  nameZh: string

  @Column('text', { name: 'name_en' })
  nameEn: string

  @Column('text')
  kind: (typeof siteKinds)[number]

  /** Six digits of GB/T 2260. */
  @Column('text')
  division: string

  @Column('text', { nullable: true })
  street: string | null

  @Column('text')
  address: string

  /** The union whose name stands on the poster. */
  @Column('text', { name: 'federation_id', nullable: true })
  federationId: string | null

  @Column('text', { name: 'federation_zh', nullable: true })
  federationZh: string | null

  @Column('text', { name: 'federation_en', nullable: true })
  federationEn: string | null

  @OneToMany(
    () => Code,
    (code) => code.site,
  )
  codes: Relation<Code[]>
}

/** A code on a poster. It can be revoked after printing, and a reprint gets the next serial. */
@Entity('code')
export class Code {
  @PrimaryColumn('uuid')
  id: string

  /** What stands in the link; see CodeTokens. */
  @Column('text')
  token: string

  @Column('uuid', { name: 'site_id' })
  siteId: string

  @ManyToOne(
    () => Site,
    (site) => site.codes,
  )
  @JoinColumn({ name: 'site_id' })
  site: Relation<Site>

  @Column('integer')
  serial: number

  @Column('timestamptz', { name: 'issued_at' })
  issuedAt: Date

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null

  @Column('text', { name: 'revoked_because', nullable: true })
  revokedBecause: string | null
}
