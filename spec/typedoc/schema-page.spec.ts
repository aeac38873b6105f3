import type { Logger } from 'typedoc';
import { expect, it } from 'vitest';
import { schemaPage } from '../../lib/typedoc/schema-page.js';
import { compile, textOf } from '../types/compile.js';

const SESSION = `
import { expiring, session } from 'typed-session';
import { z } from 'zod';
const MINUTE = 60_000;
export const sessionSchema = z.object({
  userId: z.string().optional(),
  code: expiring(z.string(), { after: 10 * MINUTE }),
  profile: z.object({ nick: z.string().optional() }).optional(),
});
declare module 'typed-session' { interface Register { schema: typeof sessionSchema } }
export const other = session({ schema: z.object({ level: z.int().optional() }), secret: 's', principal: 'level', idleTimeout: 1 });
declare const minutes: number;
const definition = { schema: sessionSchema };
const options = { schema: sessionSchema, secret: 's', absoluteTimeout: (7 * 24 * 60 + 0) * MINUTE } as const;
`;

function pageOf(call: string): string[] {
  const { program, file } = compile('spec/typedoc/documented-app.ts', `${SESSION}export const sessions = ${call};`);
  expect(program.getSemanticDiagnostics(file).map(textOf)).toEqual([]);
  const page = schemaPage([program], '', undefined as unknown as Logger);
  return page?.split('\n').filter((line) => line !== '') ?? [];
}

const INTRO = ['# Session', 'What `req.session` holds for each visitor.'];
const PRINCIPAL = '**Principal:** `userId` identifies who a session belongs to.';
const TABLE = [
  '| Field | Type | Expires |',
  '| --- | --- | --- |',
  '| `userId` | `string \\| undefined` |  |',
  '| `code` | `string \\| undefined` | 10 minutes after it was set |',
  '| `profile` | `{ nick?: string \\| undefined; } \\| undefined` |  |',
];

it.each([
  [
    `session({ schema: sessionSchema, secret: 's' })`,
    '**Expires:** a session ends 1 day after its last use, and at the latest 30 days after it began.',
  ],
  [
    `session({ schema: sessionSchema, secret: 's', principal: 'userId', idleTimeout: 90 * MINUTE, absoluteTimeout: Infinity })`,
    PRINCIPAL,
    '**Expires:** a session ends 90 minutes after its last use.',
  ],
  [
    `session({ ...definition, secret: 's', cookie: { maxAge: 40 * 24 * 60 * MINUTE } })`,
    '**Expires:** a session ends 40 days after its last use, and at the latest 40 days after it began.',
  ],
  [
    `session({ schema: sessionSchema, secret: 's', principal: 'userId', cookie: () => ({ maxAge: 1000 }), absoluteTimeout: 60 * MINUTE })`,
    PRINCIPAL,
    '**Expires:** a session ends 1 hour after it began or `userId` changed.',
  ],
  [
    `session(options)`,
    '**Expires:** a session ends 1 day after its last use, and at the latest 7 days after it began.',
  ],
  [`session({ schema: sessionSchema, secret: 's', idleTimeout: minutes * MINUTE })`],
  [`undefined`],
])(
  'the page of the schema says what is the principal, and what expires, as the source shows it: %s',
  (call, ...facts) => {
    expect(pageOf(call)).toEqual([...INTRO, ...facts, ...TABLE]);
  },
);
