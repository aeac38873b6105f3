import { describe, expect, it } from 'vitest';
import { SessionOptionsError, SessionValidationError } from 'typed-session';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { PayloadCodec } from '../../lib/schema/payload-codec.js';
import type { SessionSchema } from '../../lib/schema/payload-types.js';

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

function codecOf<S extends SessionSchema>(schema: S): PayloadCodec<S> {
  return PayloadCodec.of(schema, undefined);
}

describe('the payload codec', () => {
  it('shares nothing between sessions, not even the inside of a default', () => {
    const codec = codecOf(z.object({ deep: z.object({ list: z.array(z.string()) }).default({ list: [] }) }));
    codec.initial().deep.list.push('mine');
    expect(codec.initial()).toEqual({ deep: { list: [] } });
    const loaded = codec.decodeOrThrow({});
    loaded.deep.list.push('mine');
    expect(codec.decodeOrThrow({})).toEqual({ deep: { list: [] } });
  });

  it('shares nothing of an initial payload that is given as an object', () => {
    const codec = PayloadCodec.of(z.object({ list: z.array(z.string()) }), { list: [] });
    codec.initial().list.push('mine');
    expect(codec.initial()).toEqual({ list: [] });
  });

  it('asks a function for every initial payload', () => {
    let calls = 0;
    const codec = PayloadCodec.of(z.object({ n: z.int() }), () => ({ n: ++calls }));
    const before = calls;
    expect([codec.initial().n, codec.initial().n]).toEqual([before + 1, before + 2]);
  });

  it('notices a change inside of what zod hands through unlooked-at', () => {
    const codec = codecOf(z.object({ any: z.any().optional(), unknown: z.unknown().optional() }));
    const tree = { any: { list: [1] }, unknown: [{ a: 1 }] };
    const payload = codec.decodeOrThrow(tree);
    (payload.any as { list: number[] }).list.push(2);
    expect(codec.same(codec.comparable(payload), tree)).toBe(false);
  });

  it('keeps codecs nested anywhere', () => {
    const codec = codecOf(
      z.object({
        times: z.array(z.object({ at: isoDate })).default([]),
        byName: z.record(z.string(), isoDate).default({}),
        either: z.union([isoDate, z.null()]).optional(),
      }),
    );
    const at = new Date(5);
    const tree = codec.encode({ times: [{ at }], byName: { a: at }, either: null });
    expect(codec.stringify(tree)).toBe(
      '{"times":[{"at":"1970-01-01T00:00:00.005Z"}],"byName":{"a":"1970-01-01T00:00:00.005Z"},"either":null}',
    );
    expect(codec.decodeOrThrow(tree)).toEqual({ times: [{ at }], byName: { a: at }, either: null });
  });

  it('works with zod/mini', () => {
    const codec = codecOf(mini.object({ views: mini._default(mini.number(), 3) }));
    expect(codec.initial()).toEqual({ views: 3 });
    expect(codec.decode({ views: 'x' }).ok).toBe(false);
  });

  it('refuses what its schema does, cross-field checks included', () => {
    const codec = codecOf(
      z.object({ from: z.int().default(0), to: z.int().default(1) }).refine((p) => p.from < p.to, { path: ['to'] }),
    );
    expect(() => codec.encode({ from: 2, to: 1 })).toThrow(SessionValidationError);
    expect(codec.decode({ from: 2, to: 1 })).toMatchObject({ ok: false, issues: [{ path: ['to'], code: 'custom' }] });
  });

  it('keeps fields that are named like members of every object', () => {
    const codec = codecOf(z.object({ constructor: z.string().optional(), toString: z.string().optional() }));
    const payload = codec.decodeOrThrow({ constructor: 'a', toString: 'b' });
    expect({ ...payload }).toEqual({ constructor: 'a', toString: 'b' });
    expect(codec.encode(payload)).toEqual({ constructor: 'a', toString: 'b' });
  });

  it('lets a looser schema have any field but a reserved one', () => {
    const codec = codecOf(z.looseObject({ a: z.int().optional() }));
    expect(codec.decodeOrThrow({ a: 1, more: [2] })).toEqual({ a: 1, more: [2] });
    expect(codec.decode({ id: 'x' })).toMatchObject({ ok: false, issues: [{ path: ['id'], code: 'reserved_field' }] });
    expect(() => codec.encode({ save: 1 })).toThrow(SessionValidationError);
  });

  it('puts no value into the errors of what JSON cannot hold', () => {
    const codec = codecOf(z.object({ any: z.any().optional() }));
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    for (const any of [10n, circular]) {
      expect(() => codec.stringify(codec.encode({ any }))).toThrow(SessionValidationError);
    }
  });

  it('finds at start-up what it could load but never store', () => {
    const oneWay = z.object({ n: z.string().optional().transform(Number) });
    expect(() => codecOf(oneWay)).toThrow(
      new SessionOptionsError(
        'schema',
        'n is transformed one way only, so it could be loaded but never stored: use z.codec(…) with decode and encode',
      ),
    );
  });
});
