import { SessionError } from '../errors.js';
import { isError } from '../realms.js';

/** The command was called wrongly: it ends with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command cannot do its work, or found a problem: it ends with 1. The message says what to do. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
}

/**
 * What to print about an error. Errors of a driver are described by their kind and code, because their messages may quote a
 * command, and with it a key or a payload. `TYPED_SESSION_DEBUG=1` prints them whole.
 */
export function describeError(error: unknown, env: NodeJS.ProcessEnv): string {
  const isDebugging = (env['TYPED_SESSION_DEBUG'] ?? '') !== '';
  if (!isError(error)) return 'something other than an error was thrown';
  if (isDebugging && !isOurs(error)) return error.stack ?? error.message;
  if (isOurs(error)) {
    const { cause } = error;
    return cause === undefined || isOurs(cause)
      ? error.message
      : `${error.message}\n  cause: ${kindAndCode(cause, env)}`;
  }
  return kindAndCode(error, env);
}

function isOurs(error: unknown): boolean {
  return (
    error instanceof UsageError ||
    error instanceof ProblemError ||
    error instanceof SessionError ||
    (isError(error) && /^Session\w*Error$/.test(error.name)) // another installed copy made it
  );
}

function kindAndCode(error: unknown, env: NodeJS.ProcessEnv): string {
  if (!isError(error)) return typeof error;
  if ((env['TYPED_SESSION_DEBUG'] ?? '') !== '') return error.stack ?? error.message;
  const code: unknown = 'code' in error ? error.code : undefined;
  const nested = error instanceof AggregateError ? (error.errors as unknown[]).at(0) : undefined;
  const first = typeof code === 'string' && /^\w{2,40}$/.test(code) ? ` (${code})` : '';
  const kind = error.name === 'Error' ? error.constructor.name : error.name;
  return `${kind}${first}${nested === undefined ? '' : `: ${kindAndCode(nested, env)}`}; TYPED_SESSION_DEBUG=1 prints it whole`;
}
