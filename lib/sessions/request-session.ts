import { SessionNotLoadedError } from '../errors.js';
import { emit, type LoadOutcome } from '../events.js';
import type { Tree } from '../schema/codec.js';
import { copyTree } from '../schema/tree.js';
import type { Payload, SessionSchema } from '../schema/types.js';
import { freeze } from './fields.js';
import { refuseChanges } from './readonly.js';
import { decodeInvalid } from './invalid.js';
import { checkLateChange, reportsLateChanges } from './late-change.js';
import { PrincipalWatch } from './principal-watch.js';
import { RequestState } from './request-state.js';
import { SessionObject } from './session.js';

/** What a request knew of its session before a piece of work. */
export type Mark = Pick<RequestSession<SessionSchema>, 'commits' | 'move' | 'stored' | 'base' | 'baseIsExact'> & {
  readonly id: string | undefined;
};

/**
 * One request's session: what was loaded, what the handler made of it, and what is to be done before the response.
 * A host reads the request and reaches the response through a {@link Transport}, and calls `commit` before the first byte
 * of the response.
 */
export class RequestSession<S extends SessionSchema> extends RequestState<S> {
  /** Tells what the handler has set from what was loaded, where the session belongs to somebody. */
  watch: PrincipalWatch<S> | undefined;

  #session: SessionObject<S> | undefined;
  #handedOut = false;
  /** Whether the session is looked at again when the response has finished. */
  #isWatched = false;
  /** What was changed before the session became readonly, encoded; `undefined` if nothing was. */
  changedBefore: Tree | undefined;
  /** A readonly guard has handed the session out, and no other guard after it. */
  isReadonly = false;

  /** The session as the handler sees it; decoded and validated at the first look. */
  get session(): SessionObject<S> {
    if (!this.#handedOut) {
      this.#handedOut = true;
      this.#watchForLateChange();
    }
    return (this.#session ??= this.#look());
  }

  #watchForLateChange(): void {
    if (this.#isWatched || !reportsLateChanges()) return;
    this.#isWatched = true;
    this.transport.whenFinished?.((status, route) => {
      checkLateChange(this, status, route);
    });
  }

  /** The session for one who changes nothing: a guard, or ourselves. */
  peek(): SessionObject<S> {
    return (this.#session ??= this.#look());
  }

  /** From here on the session is only read: what was changed before is committed, and any other change is an error. */
  makeReadonly(): void {
    if (this.isReadonly) return;
    const changed = this.changes();
    this.changedBefore = changed && this.settings.codec.snapshot(this.payload);
    this.isReadonly = true;
    if (process.env['NODE_ENV'] !== 'production') freeze(this.peek());
  }

  /** From here on the session may be changed again. */
  makeWritable(): void {
    if (!this.isReadonly) return;
    this.changes(); // a change that was made meanwhile is an error all the same
    this.isReadonly = false;
    this.changedBefore = undefined;
    if (this.#session === undefined || !Object.isFrozen(this.#session)) return;
    this.replace(copyTree(this.payload)); // in another object: what was frozen stays frozen
  }

  /** Whether anybody could have changed the session: what nobody saw, nobody changed. */
  get seen(): boolean {
    return this.#handedOut;
  }

  /** The session as a bag of fields: any field of any object can be asked for and set. */
  get fields(): Record<string, unknown> {
    return this.session as unknown as Record<string, unknown>;
  }

  /** The payload as the handler left it. */
  get payload(): Payload<S> {
    return { ...this.session } as Payload<S>; // its own enumerable properties are the payload and nothing else
  }

  #look(): SessionObject<S> {
    if (!this.loaded) {
      if (this.loadError !== undefined) throw this.loadError;
      throw new SessionNotLoadedError(
        "The session is not loaded yet: under load: 'demand' put a guard or a decorator before the handler, or await sessions.load(req).",
      );
    }
    const payload = this.#decodeStored() ?? this.#begin();
    const session = new SessionObject<S>(this);
    this.#give(session, payload);
    return session;
  }

  /** Gives a session object a payload, and begins to watch whose it is. */
  #give(session: SessionObject<S>, payload: object): void {
    const isStored = this.stored !== undefined && this.move !== 'regenerate';
    this.watch = isStored ? PrincipalWatch.of(this.settings, this.base, payload) : undefined;
    SessionObject.give(session, payload, this.watch && this.settings.principal);
  }

  /** The payload has been stored: what the handler has set until now is the principal's, as what was loaded is. */
  watchAgain(): void {
    if (this.#session === undefined || Object.isFrozen(this.#session)) return;
    const watch = PrincipalWatch.of(this.settings, this.base, this.payload);
    const hasGoneOn = watch?.isOther(this.fields) === true; // to another principal, while the store was at work
    if (!hasGoneOn && (watch ?? this.watch) !== undefined) this.#give(this.#session, this.payload);
  }

  /** A handler has assigned the principal, to the session that this request has or to one that it had before. */
  principalAssigned(session: object): void {
    if (session === this.#session) this.watch?.assigned(this.fields);
  }

  #decodeStored(): Payload<S> | undefined {
    if (this.stored === undefined) return undefined;
    const { record } = this.stored;
    const read = this.settings.text.read(record.data, record.schemaVersion);
    const found = read.ok ? read : decodeInvalid(this.settings, this.request, read, record.schemaVersion);
    if (found === undefined) {
      this.initialize(!read.ok && read.tree === undefined ? 'corrupt' : 'invalid');
      return undefined;
    }
    const { source, payload } = found;
    this.baseIsExact = source.isResolved;
    this.base = source.isResolved ? source.known : source.tree;
    this.stored = { ...this.stored, source };
    return payload;
  }

  #begin(): Payload<S> {
    const payload = this.settings.codec.initial();
    this.base = this.settings.codec.snapshot(payload);
    this.baseIsExact = true;
    return payload;
  }

  /** Lets go of whatever the cookie named: the session is a new one, with an id of its own. */
  initialize(outcome: LoadOutcome): void {
    this.loaded = true;
    this.stored = undefined;
    this.id = undefined;
    this.cookieAsStored();
    this.signedByOldSecret = false;
    emit('load', { request: this.request, outcome });
  }

  /** Another object in the place of the handler's, which is left to him. */
  detach(): void {
    this.#session = new SessionObject<S>(this);
  }

  /** A fresh payload under a new id, from here on; what was stored is left at the next commit. */
  regenerate(): void {
    this.ended = undefined;
    this.successor = undefined;
    if (this.cookieFate === 'clear') this.cookieFate = 'keep';
    this.replaced = false;
    this.move = this.stored === undefined ? undefined : 'regenerate';
    this.moveWaits = false;
    this.id = this.newId();
    this.reset();
  }

  /** The payload of a new session in the place of the handler's. */
  reset(): void {
    this.cookieAsStored();
    this.replace(this.#begin());
  }

  /** Another payload in the place of the handler's, in the object that the handler holds. */
  replace(payload: object): void {
    if (Object.isFrozen(this.session)) this.detach(); // the one that was handed out to be read
    this.#give(this.session, payload);
    if (this.watch?.isOther(this.fields) === true) this.watch = undefined; // the payload is the new principal's, whole
    this.changedBefore = undefined;
  }

  /**
   * The encoded payload if the handler changed it, else `undefined`.
   * @throws SessionValidationError where the changed payload does not fit the schema; SessionReadonlyError if it was
   *   changed behind a readonly guard
   */
  changes(): Tree | undefined {
    if (!this.seen) return undefined;
    const { codec } = this.settings;
    const payload = this.payload;
    const current = codec.comparable(payload);
    const before = this.changedBefore;
    if (before === undefined) {
      if (codec.same(current, this.base)) return undefined;
      if (codec.same(current, this.exactBase())) return undefined;
    }
    if (this.isReadonly) refuseChanges(codec, current, before ?? this.base);
    const tree = codec.encode(payload);
    return codec.same(tree, this.base) ? undefined : tree;
  }

  /** `base` as encoding it would give it: defaults filled in, unknown fields gone. */
  exactBase(): Tree {
    this.peek();
    if (!this.baseIsExact) {
      this.base = this.stored?.source?.known ?? this.base; // it is not exact only while it is what was loaded
      this.baseIsExact = true;
    }
    return this.base;
  }

  /** What {@link undo} goes back to. */
  mark(): Mark {
    const { commits, move, stored, base, baseIsExact } = this;
    return { commits, move, id: this.idSoFar, stored, base, baseIsExact };
  }

  /**
   * After a method has failed: the handler's payload is what is stored, or what a new session begins with. So an error
   * handler's response does not fail in the same way, and the handler can try again.
   */
  undo(mark: Mark): void {
    if (this.commits === mark.commits) {
      if (this.stored !== undefined) this.stored = mark.stored;
      this.base = mark.base;
      this.baseIsExact = mark.baseIsExact;
      this.move = mark.move;
      this.moveWaits = mark.move !== undefined;
      this.id = mark.id;
    }
    this.saveNew = false;
    this.replaced = false;
    this.cookieAsStored();
    if (this.#session === undefined || Object.isFrozen(this.#session)) return;
    const decoded = this.settings.codec.decode(this.base);
    if (decoded.ok) this.#give(this.#session, decoded.payload);
    else this.rollBack(); // a schema that goes by the time refuses by now what was loaded
  }

  /** After a failed commit: the payload is as it was loaded, so that the error handler's answer cannot fail the same way. */
  rollBack(): void {
    if (this.move === 'regenerate') this.stored = undefined;
    this.move = undefined;
    this.id = this.stored?.id;
    this.saveNew = false;
    this.replaced = false;
    if (this.cookieFate === 'set' && this.stored === undefined) this.cookieFate = 'keep'; // a session that moved keeps its new cookie
    this.cookieAsStored();
    // Not before somebody looks again: a schema that goes by the time may refuse by then what it took.
    this.#session = undefined;
    this.watch = undefined;
    this.#handedOut = false;
    this.isReadonly = false; // the error handler is behind no guard
    this.changedBefore = undefined;
  }
}
