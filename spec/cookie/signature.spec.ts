import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Signer } from '../../lib/cookie/cookie-signature.js';

/** The wire format as express-session and cookie-signature document it, written down once more. */
function reference(id: string, secret: string | Buffer): string {
  return `s:${id}.${createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')}`;
}

describe('signing', () => {
  it('gives what express-session gives, and verifies it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (id, secret) => {
        const signer = new Signer(secret);
        expect(signer.sign(id)).toBe(reference(id, secret));
        expect(signer.verify(reference(id, secret))).toEqual({ id, secret: 0 });
      }),
    );
  });

  it('takes bytes and key objects too', () => {
    const bytes = randomBytes(32);
    expect(new Signer(bytes).sign('id')).toBe(reference('id', bytes));
    expect(new Signer(createSecretKey(bytes)).sign('id')).toBe(reference('id', bytes));
  });

  it('signs with the first secret, verifies with all, and says which it was', () => {
    const signer = new Signer(['new', 'old', 'older']);
    expect(signer.sign('id')).toBe(reference('id', 'new'));
    expect(signer.verify(reference('id', 'older'))).toEqual({ id: 'id', secret: 2 });
    expect(signer.verify(reference('id', 'foreign'))).toBeUndefined();
  });

  it('refuses every change of one character', () => {
    const signer = new Signer('secret');
    const signed = signer.sign('abc.def');
    expect(signer.verify(signed)).toEqual({ id: 'abc.def', secret: 0 });
    for (let at = 0; at < signed.length; at++) {
      const other = signed[at] === 'A' ? 'B' : 'A';
      expect(signer.verify(signed.slice(0, at) + other + signed.slice(at + 1))).toBeUndefined();
      expect(signer.verify(signed.slice(0, at))).toBeUndefined();
    }
  });

  it('refuses anything else without throwing', () => {
    const signer = new Signer('secret');
    fc.assert(fc.property(fc.string(), (text) => signer.verify(`s:${text}`) === undefined));
    fc.assert(
      fc.property(
        fc.string({ minLength: 43, maxLength: 43, unit: 'binary' }),
        (text) => signer.verify(`s:id.${text}`) === undefined,
      ),
    );
  });
});
