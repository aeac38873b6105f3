import { describe, expect, it, vi } from 'vitest';
import { compile, dialects, errors, REGISTERED, textOf } from './compile.js';

vi.setConfig({ testTimeout: 60_000 }); // one program takes 2 s, and several times that on a machine that is busy

const registering = (register: string) => `
import express from 'express';
import { RequireSession, requireSession, session, type SessionRequest } from 'typed-session';
import { z } from 'zod';
const sessionSchema = z.object({ userId: z.string().optional() });
declare module 'typed-session' { interface Register { ${register} } }
const app = express();
`;
const SENTENCE = 'A session has fields: make its schema z.object({ … }) or a union of objects';
const COMPARES =
  'A guard compares text, numbers, booleans, bigints, and null: for anything else, pass a predicate, (session) => …';

describe('a type error of a schema reads as advice', () => {
  it.each([
    [
      'the type of a payload instead of the schema',
      'schema: z.infer<typeof sessionSchema>',
      'Register the schema of the session, an object: interface Register { schema: typeof sessionSchema }',
    ],
    [
      'a misspelt key',
      'shema: typeof sessionSchema',
      `Register has no key 'shema': write interface Register { schema: typeof sessionSchema }`,
    ],
    [
      'a misspelt name beside the schema',
      `schema: typeof sessionSchema; nmae: 'shop.sid'`,
      `Register has no key 'nmae': write interface Register { schema: typeof sessionSchema }`,
    ],
  ])('where Register has %s', (_, register, advice) => {
    const found = errors(registering(register), [
      `app.get('/', (req) => { req.session.userId; });`,
      `requireSession('userId');`,
      `export type Mine = SessionRequest<'userId'>;`,
      `export class A { @RequireSession('userId') me(req: SessionRequest) { return req; } }`,
    ]);
    for (const text of found) expect(text).toContain(advice);
  });

  it.each(dialects)('in a program without strictNullChecks, in %s', (_, options) => {
    const advice = `"Set 'strict' or 'strictNullChecks' in tsconfig.json: without it, TypeScript does not tell a field that is there from one that is not"`;
    const found = errors(
      REGISTERED,
      [
        `session({ schema: sessionSchema, secret });`,
        `export class A { @RequireSession('userId') me(req: SessionRequest<'userId'>) { return req; } }`,
      ],
      { ...options, strict: false, exactOptionalPropertyTypes: false },
    );
    for (const text of found) expect(text).toContain(advice);
  });

  it('where its values are no objects', () => {
    const kinds = ['array', 'date', 'any', 'custom', 'map', 'tuple'];
    const listed = errors(REGISTERED, [
      `session({ schema: z.array(z.string()), secret });`,
      `session({ schema: z.date(), secret });`,
      `session({ schema: z.any(), secret });`,
      `session({ schema: z.custom<{ a?: string }>(), secret });`,
      `session({ schema: z.map(z.string(), z.string()), secret });`,
      `session({ schema: z.tuple([z.string()]), secret });`,
    ]);
    for (const [index, text] of listed.entries()) {
      expect(text).toContain(`"${SENTENCE}; this one is of the kind ${kinds[index]}"`);
      expect(text).not.toMatch(/Rename|initial/);
    }
    const others = errors(REGISTERED, [
      `session({ schema: z.string(), secret });`,
      `session({ schema: z.unknown(), secret });`,
      `session({ schema: z.object({ a: z.string() }).optional(), secret });`,
      `session({ schema: z.union([z.object({}), z.string()]), secret });`,
      `session({ schema: z.null(), secret });`,
    ]);
    for (const text of others) expect(text).toContain(`is not assignable to type 'SessionSchema<"${SENTENCE}">'`);
  });

  it('where a guard is given a value that it cannot compare', () => {
    const head = `${REGISTERED}
const loose = session({ schema: z.looseObject({ a: z.string().optional() }), secret });
const record = session({ schema: z.record(z.string(), z.unknown()), secret });
const strict = session({ schema: z.object({ tags: z.array(z.string()).default([]), o: z.object({ x: z.string() }).optional() }), secret });\n`;
    const [object, list, tags, inner, known, ...fine] = errors(head, [
      `loose.requireSession({ b: { c: 1 } });`,
      `record.requireSession({ a: [1] });`,
      `strict.requireSession({ tags: ['a'] });`,
      `strict.requireSession({ o: { x: 'a' } });`,
      `loose.requireSession({ a: 3 });`,
      `loose.requireSession({ a: 'x', b: 1, c: null, d: true });`,
      `strict.requireSession((payload) => payload.tags.includes('a'));`,
    ]);
    for (const text of [object, list]) expect(text).toContain(`GuardedValue<"${COMPARES}">`);
    for (const text of [tags, inner]) expect(text).toContain(`NotCompared<"${COMPARES}">`);
    expect(known).toBe(`Type 'number' is not assignable to type 'string'.\n`);
    expect(fine).toEqual(['', '']);
  });

  it('where a readonly session has a branded field', () => {
    const head = REGISTERED.replace(
      'userId: z.string().optional()',
      `userId: z.string().brand('Id').optional(), tags: z.array(z.string().brand('Tag')).default([])`,
    );
    const [fine, other, changed, list] = errors(head, [
      `app.get('/', requireSession.readonly('userId'), (req) => { const id: z.infer<typeof sessionSchema>['userId'] & string = req.session.userId; void id; });`,
      `app.get('/', requireSession.readonly('userId'), (req) => { const id: number = req.session.userId; void id; });`,
      `app.get('/', requireSession.readonly('userId'), (req) => { req.session.userId = undefined; });`,
      `app.get('/', requireSession.readonly('userId'), (req) => { const tags: z.infer<typeof sessionSchema>['tags'] = req.session.tags; void tags; });`,
    ]);
    expect(fine).toBe('');
    expect(other).toBe(`Type 'string & $brand<"Id">' is not assignable to type 'number'.\n`);
    expect(changed).toBe(`Cannot assign to 'userId' because it is a read-only property.\n`);
    expect(list).toBe(
      `The type 'readonly (string & $brand<"Tag">)[]' is 'readonly' and cannot be assigned to the mutable type '(string & $brand<"Tag">)[]'.\n`,
    );
  });
});

describe('a right schema compiles', () => {
  it('in a file that holds only the schema and registers it, with a type import of the library', () => {
    const { program, file } = compile(
      'spec/types/session-schema.ts',
      `import type {} from 'typed-session';
import { z } from 'zod';
export const sessionSchema = z.object({ userId: z.uuid().optional() });
declare module 'typed-session' {
  interface Register { schema: typeof sessionSchema }
}
`,
    );
    const all = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    expect([...all, ...program.getGlobalDiagnostics()].map(textOf)).toEqual([]);
  });

  it('if the object itself has a default', () => {
    const head = registering('schema: typeof schema').replace(
      'declare module',
      `const schema = sessionSchema.default({}); const secret = 's'; declare module`,
    );
    const [whole, prefault, required, ...use] = errors(head, [
      `session({ schema, secret, principal: 'userId' });`,
      `session({ schema: sessionSchema.prefault({}), secret });`,
      `session({ schema: z.object({ a: z.string() }).default({ a: 'x' }), secret });`,
      `app.get('/', requireSession('userId'), (req) => { const id: string = req.session.userId; void id; });`,
      `app.get('/', async (req) => { const id: string | undefined = await req.session.take('userId'); void id; });`,
    ]);
    expect([whole, prefault, ...use]).toEqual(['', '', '', '']);
    expect(required).toContain('InitialNeeded<"The schema refuses {}');
  });
});

it.each(['typed-session', 'typed-session/fetch', 'typed-session/nestjs'])(
  'the metadata of a field is typed in a program that imports %s alone',
  (entry) => {
    const found = errors(`import { z } from 'zod';\nexport type * from '${entry}';\n`, [
      `z.string().meta({ sensitive: 'encrypted' });`,
      `z.string().meta({ sensitive: 'hidden' });`,
    ]);
    expect(found[0]).toBe('');
    expect(found[1]).toContain(`'"hidden"' is not assignable`);
  },
);
