import type { LoggerService } from '@nestjs/common'
import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import { redact } from '#libs/privacy'
import type { HostConfig } from './config.ts'

/** The process's logger: structured lines from which personal data has been removed. */
export function createLogger({
  LOG_LEVEL: level,
  LOG_FORMAT: format,
}: Pick<HostConfig, 'LOG_LEVEL' | 'LOG_FORMAT'>): Logger {
  const options = {
    level,
    base: null,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: object) => redact(fields) as Record<string, unknown>,
    },
    hooks: {
      logMethod(this: Logger, args: Parameters<Logger['info']>, method: Logger['info']) {
        method.apply(this, args.map((arg) => (typeof arg === 'string' ? redact(arg) : arg)) as typeof args)
      },
    },
  }
  return format === 'json' ? pino(options) : pino(options, pretty({ sync: true, ignore: 'time', singleLine: true }))
}

/** Nest's own messages, through our logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(message))
  }

  warn(message: unknown, context?: unknown): void {
    this.logger.warn({ context }, String(message))
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error({ err: message instanceof Error ? message : undefined, rest }, String(message))
  }

  debug(message: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(message))
  }
}
