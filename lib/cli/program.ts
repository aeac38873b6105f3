import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { Command, CommanderError } from 'commander';
import { addCodemod } from './codemod/codemod-command.js';
import { addCookie } from './cookie-command.js';
import { describeError, UsageError } from './command-errors.js';
import type { AddCommand, CommandContext } from './command-context.js';
import { addDoctor } from './doctor/doctor-command.js';
import { addSchema } from './infer/infer-command.js';
import { addMigrate } from './maintenance/migrate-command.js';
import { addPrune } from './maintenance/prune-command.js';
import { addRevoke } from './maintenance/revoke-command.js';
import { addSecret } from './secret-command.js';
import { addStore } from './store/store-command.js';
import { paint, type ExitCode, type Terminal } from './terminal.js';

const COMMANDS: readonly AddCommand[] = [
  addSecret,
  addCookie,
  addDoctor,
  addMigrate,
  addPrune,
  addRevoke,
  addSchema,
  addCodemod,
  addStore,
];

/**
 * Runs the command line.
 * @param args - the arguments, without those of Node
 * @param version - the version of the package
 */
export async function run(args: readonly string[], terminal: Terminal, version: string): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const context: CommandContext = {
    terminal,
    action:
      (work) =>
      async (...values) => {
        exitCode = await work(...values);
      },
  };
  try {
    await programFor(context, version).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has printed what is wrong
    terminal.writeError(`${paint(terminal, 'red', 'error:')} ${describeError(error, terminal.env)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function programFor(context: CommandContext, version: string): Command {
  const { terminal } = context;
  const program = new Command('typed-session')
    .description('Tools for apps that use typed-session.')
    .version(version)
    .option('--env-file <file>', 'read environment variables from a file such as .env first')
    .exitOverride()
    .showHelpAfterError('Run the command with --help to see its options.')
    .configureOutput({
      writeOut: terminal.write,
      writeErr: terminal.writeError,
      getOutHasColors: () => terminal.hasColors,
      getErrHasColors: () => terminal.hasColors,
      outputError: (text, write) => write(text),
    })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .addHelpText(
      'after',
      '\nExit codes: 0 all is well, 1 a problem was found, 2 the command was called wrongly.\nSet NO_COLOR to print without colours, and TYPED_SESSION_DEBUG=1 to print errors whole.\n',
    )
    .hook('preAction', (self) => {
      const { envFile } = self.opts<{ envFile?: string }>();
      if (envFile !== undefined) readEnvFile(terminal, envFile);
    });
  for (const add of COMMANDS) add(program, context);
  return program;
}

/** Variables that are set already win, as with `node --env-file`. */
function readEnvFile(terminal: Terminal, file: string): void {
  let variables: NodeJS.Dict<string>;
  try {
    variables = parseEnv(readFileSync(resolve(terminal.cwd, file), 'utf8'));
  } catch {
    throw new UsageError(`--env-file: there is no readable file ${file}`);
  }
  for (const [name, value] of Object.entries(variables)) terminal.env[name] ??= value;
}
