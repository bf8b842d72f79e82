import type { FastifyReply } from 'fastify'
import { SESSION_COOKIE } from '#libs/platform'
import type { Session } from './tokens.ts'

/** How browsers reach the system: decides over links and cookies. */
export class PublicAddress {
  constructor(private readonly url: string) {}

  setupLink(token: string): string {
    return `${this.url}/console/setup/${token}`
  }

  /** Hands the browser its session, out of reach of scripts and of other sites; it ends with the browser or the token. */
  startSession(reply: FastifyReply, { token }: Session): void {
    this.setCookie(reply, token)
  }

  endSession(reply: FastifyReply): void {
    this.setCookie(reply, '; Max-Age=0')
  }

  private setCookie(reply: FastifyReply, value: string): void {
    const secure = this.url.startsWith('https:') ? '; Secure' : ''
    void reply.header('set-cookie', `${SESSION_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}`)
  }
}
