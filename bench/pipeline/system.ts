import { generateSecrets, hostServices } from '#libs/platform'
import { services } from '../../services/index.ts'

/**
 * The whole system in one process, as `npm start` runs it but without a terminal, or one service of it: prints what the
 * bench needs to know as one line of JSON, runs until it is killed.
 */
const [, , databaseUrl, kafkaBrokers, only] = process.argv
const secrets = generateSecrets()
const host = await hostServices(only ? services.filter(({ name }) => name === only) : services, {
  environment: {
    ...secrets,
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: kafkaBrokers,
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    LOG_FORMAT: 'text',
  },
})
console.log(JSON.stringify({ url: host.url, operatorSecret: secrets.OPERATOR_SECRET }))
process.on('SIGTERM', () => void host.stop().then(() => process.exit(0)))
