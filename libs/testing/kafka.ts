/** A broker for specs, or one line that tells why there is none. */
export type KafkaForTests = { readonly brokers: string[] } | { readonly skip: string }

/**
 * Finds a Kafka broker: the one at KAFKA_BROKERS, or else the one that Jest's global set-up fetches and starts when
 * the first spec asks. Where that is impossible (no Java, no Maven, no download), specs are to be skipped; the reason
 * is printed once a run.
 *
 * @throws when the broker does not start, or with RUHUI_REQUIRE_KAFKA=1 when there is none
 */
export async function kafkaForTests(): Promise<KafkaForTests> {
  const { KAFKA_BROKERS, RUHUI_REQUIRE_KAFKA, TEST_KAFKA_STARTER } = process.env
  if (KAFKA_BROKERS) return { brokers: KAFKA_BROKERS.split(',') }
  if (!TEST_KAFKA_STARTER) throw new Error('kafkaForTests() works in Jest only, or with KAFKA_BROKERS')
  const response = await fetch(TEST_KAFKA_STARTER)
  const text = await response.text()
  if (response.ok) return { brokers: text.split(',') }
  if (response.status === 503 && RUHUI_REQUIRE_KAFKA !== '1') return { skip: text }
  throw new Error(text)
}
