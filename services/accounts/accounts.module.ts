import { Module } from '@nestjs/common'
import { AccountsController } from './accounts.controller.ts'
import { Accounts } from './accounts.ts'
import { ConsoleController } from './console/console.controller.ts'
import { SetupController } from './console/setup.controller.ts'
import { SignInController } from './console/sign-in.controller.ts'
import { Passwords } from './passwords.ts'
import { SessionsController } from './sessions.controller.ts'
import { SetupLinksController } from './setup-links.controller.ts'
import { SetupLinks } from './setup-links.ts'
import { SignIn } from './sign-in.ts'
import { SignInLimit } from './sign-in-limit.ts'

@Module({
  controllers: [
    AccountsController,
    SessionsController,
    SetupLinksController,
    ConsoleController,
    SignInController,
    SetupController,
  ],
  providers: [Accounts, Passwords, SetupLinks, SignIn, SignInLimit],
})
export class AccountsModule {}
