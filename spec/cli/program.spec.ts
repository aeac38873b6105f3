import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { showsColors } from '../../lib/cli/terminal.js';
import { child, command, root } from './command.js';

describe('typed-session', () => {
  it('prints its help, with the exit codes, and ends with 0', async () => {
    const { code, out } = await command(['--help']);
    expect(out).toContain('Exit codes: 0 all is well');
    expect(code).toBe(0);
  });

  it('prints its version', async () => {
    expect((await command(['--version'])).out).toBe('1.2.3\n');
  });

  it('ends with 2 for a command or an option that does not exist, and names the one that was meant', async () => {
    const misspelt = await command(['cookei']);
    expect(misspelt).toMatchObject({ code: 2, out: '' });
    expect(misspelt.err).toContain('Did you mean cookie?');
    expect((await command(['secret', '--size', '3'])).code).toBe(2);
  });

  it('ends with 2 without a command, and prints its help on the standard error', async () => {
    const { code, out, err } = await command([]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: typed-session');
  });

  it('shows examples in the help of every command', async () => {
    const { out } = await command(['--help']);
    const names = [...out.matchAll(/^ {2}(\w+) .*$/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
    expect(names).toContain('cookie');
    for (const name of names) {
      const help = await command([name, '--help']);
      expect(help.code, name).toBe(0);
      if (!help.out.includes('Commands:')) expect(help.out, name).toContain('$ npx typed-session');
    }
  });

  it('has every command and option that the guide uses', async () => {
    const guide = readFileSync(join(root, 'docs/guides/command-line.md'), 'utf8');
    const lines = [...guide.matchAll(/^npx typed-session (.*)$/gm)].map(([, line = '']) =>
      line.replace(/^--env-file \S+ /, ''),
    );
    expect(lines.length).toBeGreaterThan(15);
    for (const line of lines) {
      const [name = '', inner = ''] = line.split(' ');
      const path = ['schema', 'codemod', 'store'].includes(name) ? [name, inner] : [name];
      const help = await command([...path, '--help']);
      expect(help.out, line).toContain(`Usage: typed-session ${path.join(' ')} `);
      for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(help.out, line).toContain(option);
    }
  });

  it('shows colours only on a terminal, and not if NO_COLOR is set', () => {
    expect(showsColors({}, true)).toBe(true);
    expect(showsColors({}, false)).toBe(false);
    expect(showsColors({ NO_COLOR: '1' }, true)).toBe(false);
    expect(showsColors({ TERM: 'dumb' }, true)).toBe(false);
  });

  it('runs as a process: a result on the standard output, an error on the standard error, and its exit code', async () => {
    expect(await child(['secret'])).toMatchObject({ code: 0, out: expect.stringMatching(/^[\w-]{43}\n$/), err: '' });
    expect(await child(['secret', '--bytes', '8'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('--bytes'),
    });
  });
});

describe('typed-session secret', () => {
  it('prints another secret each time, as long as it is asked to be', async () => {
    const [first, second, long] = await Promise.all([
      command(['secret']),
      command(['secret']),
      command(['secret', '--bytes', '64']),
    ]);
    expect(first.out).not.toBe(second.out);
    expect(Buffer.from(long.out.trim(), 'base64url')).toHaveLength(64);
  });
});
