import { readFileSync } from 'node:fs';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import plugin from 'typed-session/eslint';

const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

function lint(code: string, ...configs: Linter.Config[]): (string | null)[] {
  const parser: Linter.Config = { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } };
  return new Linter().verify(code, [parser, ...configs], 'app.ts').map(({ ruleId }) => ruleId);
}

const PROGRAM = `
app.get('/me', async (req: SessionRequest<'userId'>, res) => {
  await req.session.destroy();
  res.send(req.session.userId);
});`;

describe('the ESLint plugin', () => {
  it('has the version of the package', () => {
    expect(plugin.meta).toEqual({ name: 'typed-session', version: own.version, namespace: 'typed-session' });
  });

  it('switches both rules on in its recommended config', () => {
    expect(lint(PROGRAM, plugin.configs.recommended)).toEqual([
      'typed-session/require-guard',
      'typed-session/no-use-after-end',
    ]);
  });

  it('may be registered again beside its recommended config, to set the options of a rule', () => {
    const options: Linter.Config = {
      plugins: { 'typed-session': plugin },
      rules: {
        'typed-session/no-use-after-end': ['error', { fieldsWithDefault: ['userId'] }],
        'typed-session/require-guard': 'off',
      },
    };
    expect(lint(PROGRAM, plugin.configs.recommended, options)).toEqual([]);
  });

  it('refuses an option that a rule does not have', () => {
    const options: Linter.Config = { rules: { 'typed-session/require-guard': ['error', { ignore: true }] } };
    expect(() => lint(PROGRAM, plugin.configs.recommended, options)).toThrow(/require-guard/);
  });
});
