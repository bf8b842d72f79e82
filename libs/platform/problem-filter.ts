import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { EventErrorsFilter } from '#libs/messaging'
import { answerTo } from './problem-answer.ts'

/** Maps errors once, at the edge: HTTP callers get problem details or a page, event transports the error itself. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly eventErrors = new EventErrorsFilter()

  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType() === 'rpc') return this.eventErrors.catch(error)
    const request = host.switchToHttp().getRequest<FastifyRequest>()
    const reply = host.switchToHttp().getResponse<FastifyReply>()
    return this.refuse(error, request, reply)
  }

  /** Answers a request that failed before it reached a route, too. */
  refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { status, headers, body } = answerTo(error, request.headers, request.id)
    if (status >= 500) {
      this.logger.error({ err: error, requestId: request.id, url: request.url.split('?')[0] }, 'request failed')
    }
    return reply.status(status).headers(headers).send(body)
  }
}
