import type { Command } from 'commander';
import { Signer } from '../cookie/cookie-signature.js';
import { keyOf } from '../stores/store-key.js';
import { handleOf } from '../tracing.js';
import { examples, type CommandContext } from './command-context.js';
import { UsageError } from './command-errors.js';
import { judgeCookie, type CookieVerdict, type NamedSecret } from './cookie-verdict.js';
import { givenCookie, type GivenCookie } from './given-cookie.js';
import { loadSessions, type LoadedSessions } from './load-sessions.js';
import { paint, print, printJson, type ExitCode, type Terminal } from './terminal.js';
import { findStored, type StoredVerdict } from './stored-verdict.js';

const DEFAULT_ENV = 'SESSION_SECRET';

interface CookieCommandOptions {
  readonly secretEnv?: readonly string[];
  readonly name?: string;
  readonly module?: string;
  readonly json?: true;
}

export function addCookie(program: Command, { terminal, action }: CommandContext): void {
  program
    .command('cookie')
    .summary('say which secret signed a cookie, or why it is refused')
    .description(
      `Verifies a session cookie as the middleware does. The secrets are read from the environment (${DEFAULT_ENV}; several are separated by commas, the newest first) or from the app's module. With --module, it also looks the session up in the store. It prints no secret, no id, and nothing of the session.`,
    )
    .argument(
      '[cookie]',
      'the value, name=value, or a whole Cookie header; left out or -: read from the standard input',
    )
    .option(
      '--secret-env <variable>',
      `an environment variable with secrets; may be repeated (default: ${DEFAULT_ENV})`,
      collect,
    )
    .option('--name <name>', 'the name of the cookie, or of one of the sessions of the module')
    .option('--module <module>', "the app's module that exports the sessions")
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      examples(
        ["cookie 's%3Aabc….def…'", 'verify a value that you copied from the browser'],
        ['cookie -- - < cookie.txt', 'keep the cookie out of the history of the shell'],
        ["cookie --module ./dist/session.js 'sid=s%3Aabc….def…'", 'also find out whether the session is still stored'],
      ),
    )
    .action(action((given: string | undefined, options: CookieCommandOptions) => cookie(terminal, given, options)));
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

async function cookie(terminal: Terminal, given: string | undefined, options: CookieCommandOptions): Promise<ExitCode> {
  const text = given === undefined || given === '-' ? await terminal.readInput() : given;
  const loaded = options.module === undefined ? undefined : await loadSessions(terminal, options.module, options.name);
  const names = loaded?.config.names ?? (options.name === undefined ? [] : [options.name]);
  const arrived = givenCookie(text, names);
  const secrets =
    loaded === undefined ? secretsOf(terminal.env, options.secretEnv ?? [DEFAULT_ENV]) : secretsOfApp(loaded);
  const signer = loaded?.config.signer ?? new Signer(secrets.map((one) => one.text));
  const verdict = judgeCookie(arrived.value, signer, loaded === undefined ? secrets : []);
  const stored =
    verdict.ok && loaded !== undefined ? await findStored(loaded.config, verdict.id, arrived.name) : undefined;
  report(terminal, options, { arrived, verdict, stored, secrets });
  return verdict.ok && (stored?.isLive ?? true) ? 0 : 1;
}

/**
 * The secrets in environment variables. A secret may contain a comma, so a list is also tried as one secret.
 * @throws UsageError if a variable is not set
 */
function secretsOf(env: NodeJS.ProcessEnv, variables: readonly string[]): NamedSecret[] {
  return variables.flatMap((variable) => {
    const value = env[variable];
    if (value === undefined || value === '') {
      throw new UsageError(
        `the environment variable ${variable} is not set: set it, name another one with --secret-env, or read a file with --env-file .env`,
      );
    }
    const parts = value.split(',').filter((part) => part !== '');
    if (parts.length < 2) return [{ label: variable, text: value }];
    const numbered = parts.map((text, at) => ({ label: `${variable}, secret ${String(at + 1)} of ${String(parts.length)}`, text })); // prettier-ignore
    return [...numbered, { label: `${variable} as one secret with its commas`, text: value }];
  });
}

/** The labels of the secrets that the app passed to `session()`. */
function secretsOfApp({ config, exportName }: LoadedSessions): NamedSecret[] {
  const { length } = config.signer.keys;
  return config.signer.keys.map((_, at) => ({
    label: `the option secret of ${exportName}${length === 1 ? '' : `, secret ${String(at + 1)} of ${String(length)}`}`,
    text: '',
  }));
}

interface Judged {
  readonly arrived: GivenCookie;
  readonly verdict: CookieVerdict;
  readonly stored: StoredVerdict | undefined;
  readonly secrets: readonly NamedSecret[];
}

function report(
  terminal: Terminal,
  options: CookieCommandOptions,
  { arrived, verdict, stored, secrets }: Judged,
): void {
  const name = arrived.name ?? options.name;
  if (options.json === true) {
    printJson(terminal, {
      valid: verdict.ok,
      name,
      ...(verdict.ok
        ? {
            secret: secrets[verdict.secret]?.label,
            current: verdict.secret === 0,
            handle: stored?.handle ?? handle(verdict.id, name),
          }
        : { reason: verdict.reason, message: verdict.message, advice: verdict.advice }),
      stored: stored && { live: stored.isLive, message: stored.message },
    });
    return;
  }
  if (!verdict.ok) {
    print(terminal, `${paint(terminal, 'red', 'refused:')} ${verdict.message}`);
    print(terminal, `  ${verdict.advice}`);
    return;
  }
  print(terminal, `${paint(terminal, 'green', 'valid:')} signed with ${secrets[verdict.secret]?.label ?? 'a secret'}`);
  if (verdict.secret > 0)
    print(terminal, '  This is an older secret: the middleware signs the cookie again with the first one.');
  const known = stored?.handle ?? handle(verdict.id, name);
  if (known !== undefined) print(terminal, `  Its handle in traces and events is ${known}.`);
  if (stored === undefined) return;
  print(
    terminal,
    `${paint(terminal, stored.isLive ? 'green' : 'red', stored.isLive ? 'live:' : 'no session:')} ${stored.message}`,
  );
}

/** The handle of the session, if the name of its cookie is known. */
function handle(id: string, name: string | undefined): string | undefined {
  return name === undefined ? undefined : handleOf(keyOf(id, name));
}
