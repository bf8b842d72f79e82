import { z } from 'zod'
import { defineService, hostConfig } from '#libs/platform'
import { Account } from './account.entity.ts'
import { AccountsModule } from './accounts.module.ts'
import * as migrations from './migrations/index.ts'
import { PublicAddress } from './public-address.ts'
import { OperatorSecret } from './sign-in.ts'
import { isPrivateKey, Tokens } from './tokens.ts'

/** Who may sign in and what they may do, and the console they sign in to. */
export const accounts = defineService({
  name: 'accounts',
  stream: 'accounts',
  routes: ['/console', '/api/accounts', '/api/sessions', '/api/setup-links'],
  config: z.object({
    TOKEN_PRIVATE_KEY: z
      .string()
      .refine(isPrivateKey, 'is no Ed25519 private key (PKCS8, base64)')
      .describe('Ed25519 private key (PKCS8, base64) that sign-in tokens are signed with'),
    TOKEN_PUBLIC_KEY: hostConfig.shape.TOKEN_PUBLIC_KEY,
    OPERATOR_SECRET: z.string().min(32).describe('Random text of 32 characters or more; it signs in the operator'),
  }),
  module: AccountsModule,
  entities: [Account],
  migrations,
  providers: ({ TOKEN_PRIVATE_KEY, TOKEN_PUBLIC_KEY, OPERATOR_SECRET, PUBLIC_URL }) => [
    { provide: Tokens, useValue: new Tokens(TOKEN_PRIVATE_KEY, TOKEN_PUBLIC_KEY) },
    { provide: OperatorSecret, useValue: new OperatorSecret(OPERATOR_SECRET) },
    { provide: PublicAddress, useValue: new PublicAddress(PUBLIC_URL) },
  ],
})
