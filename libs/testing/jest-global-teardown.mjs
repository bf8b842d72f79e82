export default async function tearDown() {
  await globalThis.stopTestKafka?.()
  await globalThis.stopTestDatabases?.()
}
