import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sign } from 'cookie-signature';
import { describe, expect, it } from 'vitest';
import { command, folder } from './command.js';

const secret = randomBytes(32).toString('base64url');
const older = randomBytes(32).toString('base64url');
const id = randomBytes(24).toString('base64url');
const cookieBy = (key: string): string => `s:${sign(id, key)}`;
const env = { SESSION_SECRET: secret };

async function judge(cookie: string, more: readonly string[] = [], variables: NodeJS.ProcessEnv = env) {
  const ran = await command(['cookie', ...more, cookie], { env: { ...variables } });
  for (const hidden of [secret, older, id]) expect(ran.out + ran.err).not.toContain(hidden);
  return ran;
}

describe('typed-session cookie', () => {
  it('accepts a cookie as it is, encoded, quoted, with its name, and in a header', async () => {
    const value = cookieBy(secret);
    const encoded = encodeURIComponent(value);
    const forms = [value, encoded, `"${encoded}"`, `sid=${encoded}`, `Cookie: a=b; connect.sid=${encoded}`];
    for (const form of [...forms, `Set-Cookie: app=${encoded}; Path=/; HttpOnly`]) {
      const { code, out } = await judge(form);
      expect(out).toContain('valid: signed with SESSION_SECRET\n');
      expect(code).toBe(0);
    }
  });

  it('says which of several secrets signed it, and that an older one is replaced', async () => {
    const { out } = await judge(cookieBy(older), [], { SESSION_SECRET: `${secret},${older}` });
    expect(out).toContain('signed with SESSION_SECRET, secret 2 of 2');
    expect(out).toContain('signs the cookie again with the first one');
  });

  it('reads the secrets from the variables that --secret-env names', async () => {
    const args = ['--secret-env', 'NEW', '--secret-env', 'OLD'];
    const { out } = await judge(cookieBy(older), args, { NEW: secret, OLD: older });
    expect(out).toContain('signed with OLD');
  });

  it('knows a secret that contains a comma', async () => {
    const { out } = await judge(cookieBy(`${secret},x`), [], { SESSION_SECRET: `${secret},x` });
    expect(out).toContain('SESSION_SECRET as one secret with its commas');
  });

  it('prints the handle that traces have, if the name of the cookie is known', async () => {
    const { out } = await judge(`sid=${cookieBy(secret)}`);
    expect(out).toMatch(/Its handle in traces and events is [\w-]{16}\./);
  });

  it.each([
    ['an empty value', '', 'the value is empty'],
    ['broken percent-encoding', `${encodeURIComponent(cookieBy(secret))}%2`, 'not valid percent-encoding'],
    [
      'a value that is encoded twice',
      encodeURIComponent(encodeURIComponent(cookieBy(secret))),
      'twice, otherwise it would be valid',
    ],
    ['a bare id', id, 'looks like a bare session id'],
    ['a JSON cookie', 'j:{"a":1}', 'JSON cookie of cookie-parser'],
    ['a JWT', 'eyJhbGciOiJub25lIn0.eyJhIjoxfQ.', 'looks like a JWT'],
    ['a value that was cut off', cookieBy(secret).slice(0, -4), '39 characters instead of 43'],
    ['a value without a signature', `s:${id}`, '0 characters instead of 43'],
    ['a + that became a space', `s:${id}.${'a'.repeat(20)} ${'a'.repeat(22)}`, 'contains spaces'],
    ['a signature in base64url', `s:${id}.${'-'.repeat(43)}`, 'another alphabet'],
    ['a signature by another secret', cookieBy(older), 'the secret did not sign it'],
    [
      'a signature by the secret and a line feed',
      cookieBy(`${secret}\n`),
      'SESSION_SECRET, with a line feed at its end',
    ],
    ['a signature by the secret in quotes', cookieBy(`"${secret}"`), 'SESSION_SECRET, with quotes around it'],
  ])('refuses %s, and says why', async (_, cookie, reason) => {
    const { code, out } = await judge(cookie);
    expect(out).toContain('refused: ');
    expect(out).toContain(reason);
    expect(code).toBe(1);
  });

  it('reads the cookie from the standard input, so that it is not in the history of the shell', async () => {
    const { out } = await command(['cookie', '-'], { env, input: `${cookieBy(secret)}\n` });
    expect(out).toContain('valid');
  });

  it('prints one line of JSON with --json', async () => {
    const { out } = await judge(cookieBy(older), ['--json']);
    expect(JSON.parse(out)).toMatchObject({ valid: false, reason: 'wrong-signature' });
    expect(JSON.parse((await judge(cookieBy(secret), ['--json'])).out)).toMatchObject({ valid: true, current: true });
  });

  it('reads the variables of a file with --env-file', async () => {
    const file = join(folder(), '.env');
    writeFileSync(file, `SESSION_SECRET=${secret}\n`);
    const { code } = await command(['--env-file', file, 'cookie', cookieBy(secret)], { env: {} });
    expect(code).toBe(0);
  });

  it('is called wrongly without a secret', async () => {
    const { code, err } = await judge(cookieBy(secret), [], {});
    expect(err).toContain('SESSION_SECRET is not set');
    expect(code).toBe(2);
  });
});
