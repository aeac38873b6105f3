import { safeDecode, safeEncode, type $ZodError, type input, type output } from 'zod/v4/core';
import { SessionOptionsError, SessionValidationError, type SessionIssue } from '../errors.js';
import { inspectSchema, type SchemaTraits } from './inspect.js';
import { isReserved } from './reserved.js';
import { copyTree, isPlain, sameTree } from './tree.js';
import type { Payload, SessionSchema } from './types.js';

/** An encoded payload: a tree of what JSON can hold. */
export type Tree = Readonly<Record<string, unknown>>;

/** A payload that was decoded, or why it could not be. */
export type Decoded<P> =
  | { readonly ok: true; readonly payload: P }
  | { readonly ok: false; readonly corrupt: boolean; readonly issues: readonly SessionIssue[] };

/**
 * Turns what a store holds into a payload and back: text ⇄ tree (JSON), tree ⇄ payload (the schema).
 * Made once at start-up; holds nothing of any request.
 */
export class PayloadCodec<S extends SessionSchema> {
  readonly #schema: S;
  readonly #traits: SchemaTraits;
  readonly #initial: Payload<S> | (() => Payload<S>) | undefined;

  /** @throws SessionOptionsError where the schema cannot serve, or gives no first payload */
  constructor(schema: S | undefined, initial: Payload<S> | (() => Payload<S>) | undefined) {
    if (typeof schema !== 'object' || (schema as S | null) === null || !('_zod' in schema)) {
      throw new SessionOptionsError('schema', 'pass a zod 4 schema, such as z.object({ … })');
    }
    this.#schema = schema;
    this.#initial = initial;
    this.#traits = inspectSchema(schema);
    this.#checkInitial();
  }

  /** Whether a payload can have this field. */
  hasField(field: string): boolean {
    return this.#traits.fields?.has(field) ?? true;
  }

  /** The payload of a session that begins now. Shares nothing with another session's. */
  initial(): Payload<S> {
    if (this.#initial === undefined) {
      const decoded = this.decode({});
      if (decoded.ok) return decoded.payload;
      throw new SessionValidationError('The schema did not accept {} this time', decoded.issues);
    }
    const payload = typeof this.#initial === 'function' ? this.#initial() : this.#initial; // a payload is no function
    return this.decodeOrThrow(copyTree(this.encode(payload)));
  }

  /** Parses the text that a store held. */
  parse(text: string): Tree | undefined {
    let tree: unknown;
    try {
      tree = JSON.parse(text);
    } catch {
      return undefined;
    }
    return isPlain(tree) ? tree : undefined;
  }

  /** Validates a tree and makes the payload of it. The payload can be changed without the tree noticing. */
  decode(tree: Tree): Decoded<Payload<S>> {
    const source = this.#traits.sharesInput ? copyTree(tree) : tree;
    const result = safeDecode(this.#schema, this.#ownOnly(source) as input<S>); // the schema is what finds out whether it is
    if (!result.success) return { ok: false, corrupt: false, issues: issuesOf(result.error) };
    const payload = this.#traits.sharesDefaults ? copyTree(result.data) : result.data;
    for (const field in payload) {
      if (isReserved(field)) return { ok: false, corrupt: false, issues: [{ path: [field], code: 'reserved_field' }] };
    }
    return { ok: true, payload };
  }

  /** {@link decode} for a tree that {@link encode} made. */
  decodeOrThrow(tree: Tree): Payload<S> {
    const decoded = this.decode(tree);
    if (decoded.ok) return decoded.payload;
    throw new SessionValidationError('The schema refuses what it has itself encoded', decoded.issues);
  }

  /**
   * Validates a payload and makes the tree of it.
   * @throws SessionValidationError where the schema refuses the payload, or has no place for a field of it
   */
  encode(payload: object): Tree {
    let result;
    try {
      result = safeEncode(this.#schema, this.#ownOnly(payload) as output<S>); // the schema is what finds out whether it is
    } catch (error) {
      throw new SessionValidationError('The session could not be encoded', [], { cause: nameOf(error) });
    }
    if (!result.success) {
      throw new SessionValidationError(
        'The session does not fit its schema and was not stored',
        issuesOf(result.error),
      );
    }
    const tree = result.data as Tree; // SessionSchema: its values are objects
    const unknown = Object.keys(payload).filter(
      (field) => isReserved(field) || (!Object.hasOwn(tree, field) && (payload as Tree)[field] !== undefined), // any object can be asked for a field
    );
    if (unknown.length > 0) {
      throw new SessionValidationError(
        'The session has fields that its schema does not know (add them to the schema), and was not stored',
        unknown.map((field) => ({ path: [field], code: isReserved(field) ? 'reserved_field' : 'unrecognized_keys' })),
      );
    }
    return tree;
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
   * What a payload looks like for comparing: without codecs the payload itself, which costs nothing.
   * @throws SessionValidationError where the schema has codecs and refuses the payload
   */
  comparable(payload: object): Tree {
    return this.#traits.hasCodec ? this.encode(payload) : (payload as Tree); // without codecs they are one
  }

  /** Whether a tree is just what encoding its payload would give. Without codecs that can be seen; with them, no is the safe answer. */
  isExact(tree: Tree, payload: object): boolean {
    return !this.#traits.hasCodec && sameTree(tree, payload);
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
    return this.#traits.namedLikeMembers ? Object.assign(Object.create(null) as object, value) : value;
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
      if (error instanceof Error && error.constructor.name === '$ZodAsyncError') {
        throw new SessionOptionsError('schema', 'has async refinements or codecs; use synchronous ones');
      }
      throw error;
    }
  }
}

function issuesOf(error: $ZodError): SessionIssue[] {
  return error.issues.map(({ path, code }) => ({ path, code }));
}

/** An error that keeps a thrown one's kind and drops its message, which may quote the payload. */
function nameOf(error: unknown): Error {
  return new Error(error instanceof Error ? error.constructor.name : typeof error);
}
