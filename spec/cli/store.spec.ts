import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteStore } from 'typed-session/sqlite';
import { expect, describe, it, vi } from 'vitest';
import { child, command, folder } from './command.js';

describe('typed-session store verify', () => {
  it('runs the conformance suite on SQLite, leaves the file alone, and removes what it stored', async () => {
    const path = folder();
    const { code, out } = await command(['store', 'verify', join(path, 'sessions.db'), '--sessions', '100']);
    expect(out).toMatch(/^SqliteStore with a file in /);
    expect(out).toContain('✔ create: ');
    expect(out).toMatch(/\n\d\d+ passed, 0 failed\n$/);
    expect(readdirSync(path)).toEqual([]);
    expect(code).toBe(0);
  });

  it('ends with 1 if a case fails, and says what the store does wrong', async () => {
    const broken = vi.spyOn(SqliteStore.prototype, 'delete').mockResolvedValue(false);
    const { code, out } = await command(['store', 'verify', ':memory:', '--sessions', '10']);
    broken.mockRestore();
    expect(out).toMatch(/✖ delete: .*\n {4}\S/);
    expect(code).toBe(1);
  });

  it('prints one line of JSON with --json', async () => {
    const { out } = await command(['store', 'verify', ':memory:', '--sessions', '10', '--json']);
    expect(JSON.parse(out)).toMatchObject({ store: 'SqliteStore in memory', failed: [] });
  });

  it.each(['nowhere/sessions.db', 'sessions.txt', 'http://localhost', 'sqlite:/nowhere/at/all'])(
    'is called wrongly with %s',
    async (url) => {
      expect(await command(['store', 'verify', url])).toMatchObject({ code: 2, out: '' });
    },
  );

  it('reports a server that cannot be reached, without its address or password', async () => {
    for (const url of ['redis://:hunter2@127.0.0.1:1', 'postgres://u:hunter2@127.0.0.1:1/d']) {
      const { code, err } = await command(['store', 'verify', url]);
      expect(err).toContain('ECONNREFUSED');
      expect(err).not.toContain('hunter2');
      expect(code).toBe(1);
    }
  });
});

describe('typed-session store bench', () => {
  it('measures every command, and removes what it stored', async () => {
    const path = folder();
    const { code, out } = await command([
      'store',
      'bench',
      join(path, 'sessions.db'),
      '--sessions',
      '50',
      '--concurrency',
      '5',
    ]);
    expect(out).toContain('50 sessions of 500 bytes, 5 at a time\n');
    for (const name of ['create', 'read', 'update', 'touch', 'delete'])
      expect(out).toMatch(new RegExp(`^ {2}${name} +[\\d,]+ +\\d+\\.\\d\\d +\\d+\\.\\d\\d$`, 'm'));
    expect(readdirSync(path)).toEqual([]);
    expect(code).toBe(0);
  });

  it('runs as a process', async () => {
    const { code, out } = await child(['store', 'bench', ':memory:', '--sessions', '20', '--json']);
    expect({ code, commands: JSON.parse(out).commands }).toMatchObject({
      code: 0,
      commands: [{ command: 'create' }, {}, {}, {}, {}],
    });
  });
});
