export {
  type Answers,
  type Campaign,
  type CampaignRecord,
  type CampaignWishes,
  generateCampaign,
  type Slip,
} from './drivers.ts'
export type { CircleKind, Driver } from './drivers-people.ts'
export { Random } from './drivers-random.ts'
export { createTestDatabase, type TestDatabase } from './postgres.ts'
