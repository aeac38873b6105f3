import { format } from 'node:util';
import { afterAll, beforeAll } from 'vitest';

// Whatever a spec or the library prints while a spec runs must contain no signed cookie: who has one, has the session.

/** A session id with its signature, as in a cookie, percent-encoded or not. */
const SIGNED_COOKIE = /s(?::|%3A)[\w-]{20,}\.[\w+/%]{40,}/;

const found: string[] = [];
const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
const originals = new Map<string, (...args: unknown[]) => void>();

function look(text: string): void {
  if (SIGNED_COOKIE.test(text)) found.push(text.replace(SIGNED_COOKIE, '<a signed cookie>'));
}

function onWarning(warning: Error): void {
  look(warning.stack ?? warning.message);
}

beforeAll(() => {
  for (const method of methods) {
    const original = console[method].bind(console) as (...args: unknown[]) => void;
    originals.set(method, console[method] as (...args: unknown[]) => void);
    console[method] = (...args: unknown[]) => {
      look(format(...args));
      original(...args);
    };
  }
  process.on('warning', onWarning);
});

afterAll(() => {
  for (const method of methods) console[method] = originals.get(method) ?? console[method];
  process.off('warning', onWarning);
  if (found.length > 0) throw new Error(`A signed cookie was printed:\n${found.join('\n')}`);
});
