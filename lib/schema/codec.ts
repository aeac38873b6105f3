import { SessionOptionsError, SessionValidationError, type SessionIssue } from '../errors.js';
import { findNotJson } from './json.js';
import type { Marks } from './marks.js';
import { isReserved } from './reserved.js';
import { copyTree, isTooDeep, sameTree } from './tree.js';
import type { Payload, SessionSchema } from './types.js';
import { validatorOf, type Validator } from './validator.js';

/** An encoded payload: a tree of what JSON can hold. */
export type Tree = Readonly<Record<string, unknown>>;

/** A payload that was decoded, or why it could not be. */
export type Decoded<P> =
  { readonly ok: true; readonly payload: P } | { readonly ok: false; readonly issues: readonly SessionIssue[] };

/** Makes a payload of a tree and back, by a schema. Made once at start-up; holds nothing of any request. */
export class PayloadCodec<S extends SessionSchema> {
  readonly #validator: Validator;
  readonly #initial: Payload<S> | (() => Payload<S>) | undefined;

  private constructor(validator: Validator, initial: Payload<S> | (() => Payload<S>) | undefined) {
    this.#validator = validator;
    this.#initial = initial;
  }

  /**
   * The codec of the payload as it is today.
   * @throws SessionOptionsError where the schema cannot serve, or gives no first payload
   */
  static of<S extends SessionSchema>(
    schema: S | undefined,
    initial: Payload<S> | (() => Payload<S>) | undefined,
  ): PayloadCodec<S> {
    const codec = new PayloadCodec<S>(validatorOf(schema), initial);
    codec.#checkInitial();
    return codec;
  }

  /**
   * The codec of a payload as a migration meets it, of which no new one ever begins.
   * @throws SessionOptionsError where the schema cannot serve
   */
  static ofVersion(schema: SessionSchema, option: string): PayloadCodec<SessionSchema> {
    try {
      return new PayloadCodec<SessionSchema>(validatorOf(schema), undefined);
    } catch (error) {
      if (error instanceof SessionOptionsError) throw new SessionOptionsError(option, error.message);
      throw error;
    }
  }

  /** The fields that have a form of their own in the store. */
  get marks(): ReadonlyMap<string, Marks> {
    return this.#validator.traits.marks;
  }

  /** Whether a payload can have this field. */
  hasField(field: string): boolean {
    return this.#validator.traits.fields?.has(field) ?? true;
  }

  /** The payload of a session that begins now. Shares nothing with another session's. */
  initial(): Payload<S> {
    if (this.#initial === undefined) {
      const decoded = this.decode({});
      if (decoded.ok) return decoded.payload;
      throw new SessionValidationError('The schema did not accept {} this time', decoded.issues);
    }
    const initial: unknown = this.#initial;
    const payload: unknown = typeof initial === 'function' ? (initial as () => unknown)() : initial; // a payload is no function
    return this.decodeOrThrow(copyTree(this.encode(payload as object))); // the schema finds out whether it is
  }

  /** Validates a tree and makes the payload of it. The payload can be changed without the tree noticing. */
  decode(tree: Tree): Decoded<Payload<S>> {
    try {
      return this.#decode(tree);
    } catch (error) {
      if (!isTooDeep(error)) throw error;
      return { ok: false, issues: [{ path: [], code: 'too_deep' }] };
    }
  }

  #decode(tree: Tree): Decoded<Payload<S>> {
    const { traits } = this.#validator;
    const source = traits.sharesInput ? copyTree(tree) : tree;
    const result = this.#validator.decode(this.#ownOnly(source));
    if (!result.ok) return result;
    const payload = traits.sharesDefaults ? copyTree(result.value) : result.value;
    for (const field in payload) {
      if (isReserved(field)) return { ok: false, issues: [{ path: [field], code: 'reserved_field' }] };
    }
    return { ok: true, payload: payload as Payload<S> }; // it is what the schema made
  }

  /** {@link decode} for a tree that {@link encode} made. */
  decodeOrThrow(tree: Tree): Payload<S> {
    const decoded = this.decode(tree);
    if (decoded.ok) return decoded.payload;
    throw new SessionValidationError('The schema refuses what it has itself encoded', decoded.issues);
  }

  /**
   * Validates a payload and makes the tree of it. The payload can be changed without the tree noticing.
   * @throws SessionValidationError where the schema refuses the payload or has no place for a field of it, or JSON
   *   cannot hold what it makes
   */
  encode(payload: object): Tree {
    const tree = this.#encode(payload);
    return this.#validator.traits.sharesInput ? copyTree(tree) : tree;
  }

  #encode(payload: object): Tree {
    const result = this.#validator.encode(this.#ownOnly(payload));
    if (!result.ok) {
      throw new SessionValidationError('The session does not fit its schema and was not stored', result.issues);
    }
    const tree = result.value as Tree; // any object can be asked for its fields
    const unknown = Object.keys(payload).filter(
      (field) => isReserved(field) || (!Object.hasOwn(tree, field) && (payload as Tree)[field] !== undefined), // any object can be asked for a field
    );
    if (unknown.length > 0) {
      throw new SessionValidationError(
        'The session has fields that its schema does not know (add them to the schema), and was not stored',
        unknown.map((field) => ({ path: [field], code: isReserved(field) ? 'reserved_field' : 'unrecognized_keys' })),
      );
    }
    if (this.#validator.traits.mayHoldMore) refuseNotJson(tree);
    return tree;
  }

  /** What a tree has for this value of a field; `undefined` where nobody can tell, or the schema refuses it there. */
  encodeField(field: string, value: unknown): unknown {
    return this.#validator.encodeField(field, value);
  }

  /** Which member of a union a tree is, as something to compare by `===`; `undefined` where the schema is no union. */
  stateOf(tree: Tree): unknown {
    return this.#validator.stateOf(tree);
  }

  /** A payload without what is sensitive, for logs. */
  show(payload: object): object {
    return this.#validator.show(payload);
  }

  /**
   * The text of a tree.
   * @throws SessionValidationError where the tree holds what JSON cannot
   */
  stringify(tree: Tree): string {
    try {
      return JSON.stringify(tree);
    } catch (error) {
      throw new SessionValidationError('The session holds what JSON cannot, and was not stored', [], {
        cause: nameOf(error),
      });
    }
  }

  /**
   * What a payload looks like for comparing: without codecs the payload itself, which costs nothing. It may share objects
   * with the payload.
   * @throws SessionValidationError where the schema has codecs and refuses the payload
   */
  comparable(payload: object): Tree {
    return this.#validator.traits.hasCodec ? this.#encode(payload) : (payload as Tree); // without codecs they are one
  }

  /** Whether a tree is just what encoding its payload would give. Without codecs that can be seen; with them, no is the safe answer. */
  isExact(tree: Tree, payload: object): boolean {
    return !this.#validator.traits.hasCodec && sameTree(tree, payload);
  }

  /** A comparable form that later changes of the payload do not reach. */
  snapshot(payload: object): Tree {
    return copyTree(this.comparable(payload));
  }

  /** Whether two trees hold the same. */
  same(a: unknown, b: unknown): boolean {
    return sameTree(a, b);
  }

  /** The value without what every object inherits, where a field could be taken for it. */
  #ownOnly(value: object): object {
    return this.#validator.traits.namedLikeMembers ? Object.assign(Object.create(null) as object, value) : value;
  }

  #checkInitial(): void {
    try {
      if (this.#initial !== undefined) this.encode(this.initial());
      else {
        const decoded = this.decode({});
        if (!decoded.ok) {
          const fields = decoded.issues.map((issue) => String(issue.path[0] ?? 'payload')).join(', ');
          throw new SessionOptionsError(
            'initial',
            `the schema refuses {}, so a new session has no payload: make ${fields} optional, give a default, or pass initial`,
          );
        }
        this.encode(decoded.payload);
      }
    } catch (error) {
      if (error instanceof SessionOptionsError) throw error;
      if (error instanceof SessionValidationError) {
        throw new SessionOptionsError('initial', `the first payload does not fit the schema. ${error.message}`);
      }
      throw error;
    }
  }
}

function refuseNotJson(tree: Tree): void {
  let found;
  try {
    found = findNotJson(tree);
  } catch (error) {
    if (!isTooDeep(error)) throw error;
    throw new SessionValidationError(
      'The session is nested too deep for JSON, or holds itself, and was not stored',
      [],
    );
  }
  if (found === undefined) return;
  const message = `The session holds what JSON cannot, and was not stored (${found.advice})`;
  throw new SessionValidationError(message, [found.issue]);
}

/** An error that keeps a thrown one's kind and drops its message, which may quote the payload. */
function nameOf(error: unknown): Error {
  return new Error(error instanceof Error ? error.constructor.name : typeof error);
}
