import { type Host, hostServices } from './host.ts'
import type { ServiceDefinition } from './service.ts'

/** Runs one service as this process. */
export function startService(service: ServiceDefinition): Promise<void> {
  return run(() => hostServices([service]))
}

/**
 * Runs a host until SIGINT or SIGTERM, then stops it cleanly. Signals are trapped once, here. Errors that a person
 * can mend end the process with their message alone; the exit code is 0 after a clean stop and 1 otherwise.
 */
export async function run(start: () => Promise<Pick<Host, 'stop'>>): Promise<void> {
  const starting = start()
  let stopping = false
  const stop = async (code: number) => {
    if (stopping) return
    stopping = true
    const host = await starting.catch(() => undefined)
    await host?.stop()
    process.exit(code)
  }
  process.on('SIGINT', () => void stop(0))
  process.on('SIGTERM', () => void stop(0))
  process.on('unhandledRejection', (error) => {
    console.error(error)
    void stop(1)
  })
  try {
    await starting
  } catch (error) {
    console.error(isForPeople(error) ? (error as Error).message : error)
    process.exit(1)
  }
}

/** Errors whose message says what to do carry `forPeople`; every other is shown with its stack. */
function isForPeople(error: unknown): boolean {
  return (error as { forPeople?: boolean } | undefined)?.forPeople === true
}
