import { Command, CommanderError } from 'commander'
import pc from 'picocolors'
import { dedupeCommand } from './dedupe.ts'
import { eventsCommand } from './events.ts'
import { exitCodes, Failure } from './failure.ts'
import { identitiesCommand } from './identities.ts'
import { importCommand } from './import.ts'
import { secretsCommand } from './secrets.ts'
import { simulateCommand } from './simulate.ts'
import { topicsCommand } from './topics.ts'

/** Every verb of the command line. */
const verbs: readonly (() => Command)[] = [
  simulateCommand,
  dedupeCommand,
  importCommand,
  identitiesCommand,
  eventsCommand,
  topicsCommand,
  secretsCommand,
]

/**
 * Runs a command line. Data goes to stdout, everything else to stderr.
 *
 * @param args without the program's own name
 * @returns the exit code, see {@link exitCodes}
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  const program = new Command('ruhui')
    .description('货车司机入会系统的命令行 The command line of the truck drivers’ union')
    .showHelpAfterError('（用 --help 查看用法 see --help）')
  for (const verb of verbs) program.addCommand(verb())
  throwOnExit(program)
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCodes.ok
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    if (!(error instanceof Failure)) throw error
    process.stderr.write(`${pc.red(error.say.zh)}\n${error.say.en}\n`)
    return exitCodes[error.kind]
  }
}

/** Commander would end the process with codes of its own; subcommands do not inherit this. */
function throwOnExit(command: Command): void {
  command.exitOverride()
  for (const sub of command.commands) throwOnExit(sub)
}
