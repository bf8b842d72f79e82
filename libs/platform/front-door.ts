import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OpenAPIObject } from '@nestjs/swagger'
import { DomainError } from './domain-error.ts'
import type { HostedService } from './hosted-service.ts'
import type { Metrics } from './metrics.ts'
import { mergeOpenApi, openApiOf } from './openapi.ts'
import { languageOf, problemOf } from './problem-filter.ts'

const STARTING = new DomainError('unavailable', 'starting', {
  zh: '系统正在启动，请稍候再试',
  en: 'The system is starting: please try again in a moment',
})

const NOTHING_HERE = new DomainError('not_found', 'not_found', {
  zh: '没有找到这个地址',
  en: 'There is nothing at this address',
})

/** The one HTTP door of a process: answers probes itself and gives every other request to the service it belongs to. */
export class FrontDoor {
  /** Filled by the host once every service is there; until then requests are told to come back. */
  services: readonly HostedService[] | undefined
  private openApi: OpenAPIObject | undefined

  constructor(
    private readonly metrics: Metrics,
    private readonly refreshMetrics: () => Promise<void>,
  ) {}

  readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    switch (path) {
      case '/health/live': {
        const alive = (this.services ?? []).every(({ transport }) => transport.isAlive())
        return answer(response, alive ? 200 : 503, { alive })
      }
      case '/health/ready': {
        const ready = await this.ready()
        return answer(response, ready ? 200 : 503, { ready })
      }
      case '/metrics':
        await this.refreshMetrics()
        response.setHeader('content-type', this.metrics.registry.contentType)
        response.end(await this.metrics.registry.metrics())
        return
    }
    if (!this.services) return refuse(request, response, STARTING)
    if (path === '/') {
      response.writeHead(302, { location: '/console' }).end()
      return
    }
    if (path === '/api/openapi.json') return answer(response, 200, this.describe(this.services))
    const owner = this.services.find(({ prefixes }) => prefixes.some((it) => path === it || path.startsWith(`${it}/`)))
    if (!owner) return refuse(request, response, NOTHING_HERE)
    owner.app.getHttpAdapter().getInstance().routing(request, response)
  }

  /** Readiness: migrated, and every database answers. Kafka is not asked: its outage must not stop registrations. */
  private async ready(): Promise<boolean> {
    if (!this.services) return false
    const checks = this.services.map(({ dataSource }) =>
      dataSource.query('select 1').then(
        () => true,
        () => false,
      ),
    )
    return (await Promise.all(checks)).every(Boolean)
  }

  private describe(services: readonly HostedService[]): OpenAPIObject {
    this.openApi ??= mergeOpenApi(services.map(({ app, service }) => openApiOf(app, service.name)))
    return this.openApi
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, error: DomainError): void {
  const problem = problemOf(error, languageOf(request.headers['accept-language']))
  answer(response, problem.status, problem, 'application/problem+json')
}

function answer(response: ServerResponse, status: number, body: object, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(JSON.stringify(body))
}
