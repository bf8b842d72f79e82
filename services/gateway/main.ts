import { readConfig, run } from '#libs/platform'
import { services } from '../index.ts'
import { gatewayConfig, startGateway } from './gateway.ts'

await run(() => startGateway(services, readConfig(gatewayConfig)))
