import tseslint from 'typescript-eslint';
import typedSession from 'typed-session/eslint';

export default tseslint.config(
  ...tseslint.configs.recommendedTypeChecked,
  typedSession.configs.recommended,
  { languageOptions: { parserOptions: { projectService: true } } },
  { files: ['app.ts'], rules: { '@typescript-eslint/unbound-method': 'off' } }, // the decorators bind the methods
);
