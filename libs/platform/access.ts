import { createPublicKey, type KeyObject } from 'node:crypto'
import { type CanActivate, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { ApiBearerAuth } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { jwtVerify } from 'jose'
import { DomainError } from './domain-error.ts'

/**
 * What somebody may do. `operator` runs the system; `admin` decides the cases of a federation and those below it;
 * `steward` helps drivers at a site.
 */
export const roles = ['operator', 'admin', 'steward'] as const
export type Role = (typeof roles)[number]

/** Who sends a request, from a token that the accounts service signed. */
export interface Principal {
  readonly accountId: string
  readonly name: string
  readonly role: Role
  /** The federation whose subtree the account may see and decide. */
  readonly federationId: string
}

/** The cookie that holds the token of a console session. */
export const SESSION_COOKIE = 'ruhui_session'

/** Issuer and audience of sign-in tokens. */
export const TOKEN_ISSUER = 'ruhui'

const ALLOWED = Symbol('allowed roles')

/** Opens a route to everybody. */
export const Public = () => SetMetadata(ALLOWED, 'everybody')

/** Opens a route to some roles; routes without this decorator or {@link Public} are open to operators and admins. */
export const Allow = (...allowed: Role[]) => SetMetadata(ALLOWED, allowed)

/** The sender of the request, in a route that is not public. */
export const Sender = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<{ principal: Principal }>().principal,
)

/** Marks a controller's routes as signed-in ones in the API description. */
export const SignedIn = ApiBearerAuth

/** Checks tokens (bearer or cookie) against the public key of the accounts service: no call, no shared secret. */
export class AccessGuard implements CanActivate {
  private readonly reflector = new Reflector()
  private readonly key: KeyObject

  constructor(publicKey: string) {
    this.key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true
    const allowed = this.reflector.getAllAndOverride<Role[] | 'everybody' | undefined>(ALLOWED, [
      context.getHandler(),
      context.getClass(),
    ])
    if (allowed === 'everybody') return true
    const request = context.switchToHttp().getRequest<FastifyRequest & { principal?: Principal }>()
    request.principal = await this.principalOf(request)
    if (!(allowed ?? ['operator', 'admin']).includes(request.principal.role)) throw forbidden()
    return true
  }

  private async principalOf(request: FastifyRequest): Promise<Principal> {
    const { headers } = request
    const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
    const token = bearer ?? cookie(headers.cookie, SESSION_COOKIE)
    if (!token) throw signInFirst('sign_in_first')
    if (!bearer) refuseOtherSites(request)
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: ['EdDSA'],
        issuer: TOKEN_ISSUER,
        audience: TOKEN_ISSUER,
      })
      const { sub, name, role, federationId } = payload
      return { accountId: String(sub), name: String(name), role: role as Role, federationId: String(federationId) }
    } catch {
      throw signInFirst('session_ended')
    }
  }
}

/** Keeps other web sites from posting forms here; for public routes, since {@link AccessGuard} does so for cookies. */
export class SameOrigin implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    refuseOtherSites(context.switchToHttp().getRequest<FastifyRequest>())
    return true
  }
}

/**
 * Refuses a write that a browser sends on behalf of another web site. Browsers say so in `Sec-Fetch-Site`, over plain
 * HTTP in `Origin` alone; programs send neither.
 */
function refuseOtherSites({ method, headers, host }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD') return
  const site = headers['sec-fetch-site']
  const { origin } = headers
  const own = site
    ? site === 'same-origin' || site === 'none'
    : origin === undefined || origin === `https://${host}` || origin === `http://${host}`
  if (own) return
  throw new DomainError('forbidden', 'other_site', {
    zh: '请求来自其他网站，已拦截。请回到本系统页面重新操作',
    en: 'The request came from another web site and was stopped: use the pages of this system',
  })
}

/** The value of a cookie in a `Cookie` header. */
function cookie(header: string | undefined, name: string): string | undefined {
  return header
    ?.split(';')
    .map((pair) => pair.trim().split('='))
    .find(([key]) => key === name)?.[1]
}

function signInFirst(code: 'sign_in_first' | 'session_ended'): DomainError {
  return new DomainError('unauthenticated', code, {
    zh: code === 'sign_in_first' ? '请先登录' : '登录已过期，请重新登录',
    en: code === 'sign_in_first' ? 'Please sign in' : 'The session has ended: please sign in again',
  })
}

/** The sender's account does not allow what was asked. */
export function forbidden(): DomainError {
  return new DomainError('forbidden', 'not_allowed', {
    zh: '您的账号没有这项权限，请联系上级工会管理员',
    en: 'Your account does not allow this: ask an admin of the union above yours',
  })
}
