import type { INestApplicationContext } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { Codes } from './codes.ts'
import { sampleSites } from './sample-sites.ts'
import { Site } from './site.entity.ts'

/** Opens the sample sites, each with a code, in a database that has no site yet. */
export async function openSampleSites(app: INestApplicationContext): Promise<void> {
  if (await app.get(DataSource).manager.exists(Site)) return
  const codes = app.get(Codes)
  for (const { name, kind, division, street, address, federationId, federationName } of sampleSites) {
    await codes.openSite(
      {
        nameZh: name.zh,
        nameEn: name.en,
        kind,
        division,
        street,
        address: address.zh,
        federationId,
        federationZh: federationName.zh,
        federationEn: federationName.en,
      },
      new Date(),
    )
  }
}
