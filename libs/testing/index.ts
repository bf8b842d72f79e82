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
export { FakePublisher } from './fake-publisher.ts'
export { type KafkaForTests, kafkaForTests } from './kafka.ts'
export { createTestDatabase, type TestDatabase } from './postgres.ts'
export {
  type Answer,
  eventually,
  OPERATOR,
  type RequestOptions,
  startTestSystem,
  type TestSystem,
} from './test-system.ts'
