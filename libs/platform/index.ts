export {
  Allow,
  forbidden,
  type Principal,
  Public,
  type Role,
  roles,
  SameOrigin,
  SESSION_COOKIE,
  Sender,
  SignedIn,
  TOKEN_ISSUER,
} from './access.ts'
export { BODY_LIMIT_BYTES } from './body-parsers.ts'
export { ConfigError, type Environment, hostConfig, readConfig, topicsConfig } from './config.ts'
export { type Bilingual, DomainError, type ErrorKind } from './domain-error.ts'
export { configOf, type Host, type HostOptions, hostServices, PortTaken } from './host.ts'
export { TRUSTED_PROXIES } from './hosted-service.ts'
export { bilingualSchema, fieldErrorSchema, mergeOpenApi } from './openapi.ts'
export { languageOf, type Problem, problemOf, UNAVAILABLE } from './problem.ts'
export { answerTo } from './problem-answer.ts'
export { run, startService } from './run.ts'
export { generateSecrets, type Secrets } from './secrets.ts'
export { defineService, type ServiceDefinition } from './service.ts'
export { type FieldError, fieldErrors, InvalidRequest } from './validation.ts'
