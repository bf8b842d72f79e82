import { Catch, type ExceptionFilter } from '@nestjs/common'
import { type Observable, throwError } from 'rxjs'

/**
 * Lets the errors of `@EventPattern` handlers through to the transport as they are. Nest's own filter would replace
 * them, and with them what tells a conflict or an outage from poison, and the reason that parked events show.
 *
 * For event contexts only: see ProblemFilter of libs/platform for an application that also serves HTTP.
 */
@Catch()
export class EventErrorsFilter implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error)
  }
}
