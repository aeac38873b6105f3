import { randomBytes } from 'node:crypto';
import type { CommandContext } from './command-context.js';
import { examples } from './command-context.js';
import { UsageError } from './command-errors.js';
import { print, type ExitCode, type Terminal } from './terminal.js';
import type { Command } from 'commander';

/** As long as the output of HMAC-SHA256 (RFC 2104, section 3). */
const DEFAULT_BYTES = 32;

interface SecretOptions {
  readonly bytes: string;
}

export function addSecret(program: Command, { terminal, action }: CommandContext): void {
  program
    .command('secret')
    .summary('print a new secret')
    .description(
      'Prints a new secret for the option `secret`: random bytes as base64url, which needs no quotes in a shell or an env file.',
    )
    .option('--bytes <number>', 'how many random bytes it has', String(DEFAULT_BYTES))
    .addHelpText(
      'after',
      examples(['secret', 'print a secret of 32 bytes'], ['secret --bytes 64', 'print a longer one']),
    )
    .action(action((options: SecretOptions) => printSecret(terminal, options)));
}

function printSecret(terminal: Terminal, { bytes }: SecretOptions): ExitCode {
  const length = Number(bytes);
  if (!Number.isSafeInteger(length) || length < DEFAULT_BYTES || length > 1024) {
    throw new UsageError('--bytes must be a whole number from 32 to 1024: a shorter secret is refused in production');
  }
  print(terminal, randomBytes(length).toString('base64url'));
  return 0;
}
