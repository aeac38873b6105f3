import type { CookieAttributes } from '../cookie/cookie-options.js';
import { SessionNotLoadedError } from '../errors.js';
import type { LoadOutcome } from '../events.js';
import type { CommitTrace, LoadTrace } from '../tracing.js';
import { copyEncoded, type EncodedPayload } from '../schema/encoded-payload.js';
import type { Payload, SessionSchema } from '../schema/payload-types.js';
import { CookieState } from './cookie-state.js';
import { freeze } from './payload-fields.js';
import { report } from './report.js';
import { refuseChanges } from './readonly-session.js';
import { decodeInvalid } from './invalid-session.js';
import { checkLateChange, reportsLateChanges } from './late-change.js';
import { PrincipalWatch } from './principal-watch.js';
import { SessionObject } from './session-object.js';
import type { SessionConfig } from './session-config.js';
import { SessionState } from './state.js';
import type { Transport } from './transport.js';

/**
 * One request's session: its state, its cookie, and the object that the handler holds. A host reads the request and reaches
 * the response through a {@link Transport}, and calls `commit` before the first byte of the response.
 */
export class RequestSession<S extends SessionSchema> {
  readonly config: SessionConfig<S>;
  readonly transport: Transport;
  readonly request: object;
  readonly state: SessionState;
  readonly cookie: CookieState;
  /** What a guard asked for in case the response's status is below 400. */
  onSuccess: 'rotate' | 'destroy' | undefined;
  /** The trace of the commit that is running, if somebody subscribes to traces. */
  trace: CommitTrace | undefined;
  /** The trace of the load. */
  loadTrace: LoadTrace | undefined;

  #object: SessionObject<S> | undefined;
  /** Distinguishes what the handler has set from what was loaded, if the session belongs to somebody. */
  #watch: PrincipalWatch<S> | undefined;
  #isAccessed = false;
  /** Whether the session is checked for late changes when the response has finished. */
  #reportsLateChange = false;
  /** Set if the session is readonly. `changed` is the encoded payload if it was changed before that. */
  #readonly: { readonly changed: EncodedPayload | undefined } | undefined;
  #committed: EncodedPayload | undefined;
  #last: Promise<unknown> | undefined;

  constructor(config: SessionConfig<S>, attributes: CookieAttributes, transport: Transport) {
    this.config = config;
    this.transport = transport;
    this.request = transport.request;
    this.state = new SessionState(() => config.genid(transport.request));
    this.cookie = new CookieState(attributes, this.state);
  }

  /** The session as the handler sees it; decoded and validated at the first access. */
  get session(): SessionObject<S> {
    if (!this.#isAccessed) {
      this.#isAccessed = true;
      this.#watchForLateChange();
    }
    return this.peek();
  }

  #watchForLateChange(): void {
    if (this.#reportsLateChange || !reportsLateChanges(this.config)) return;
    this.#reportsLateChange = true;
    this.transport.whenFinished?.((status, route) => {
      checkLateChange(this, status, route);
    });
  }

  /** The session for a caller that only reads it, such as a guard. */
  peek(): SessionObject<S> {
    return (this.#object ??= this.#hydrate());
  }

  /** Whether a handler could have changed the session. */
  get isAccessed(): boolean {
    return this.#isAccessed;
  }

  /** The session as an object of any fields, to read and set them by name. */
  get fields(): Record<string, unknown> {
    return this.session as unknown as Record<string, unknown>;
  }

  /** The payload as the handler left it. */
  get payload(): Payload<S> {
    return { ...this.session } as Payload<S>; // its own enumerable properties are exactly the payload
  }

  get watch(): PrincipalWatch<S> | undefined {
    return this.#watch;
  }

  get isReadonly(): boolean {
    return this.#readonly !== undefined;
  }

  /** Makes the session readonly: earlier changes are committed, and any later change is an error. */
  makeReadonly(): void {
    if (this.isReadonly) return;
    const isChanged = this.changes() !== undefined;
    this.#readonly = { changed: isChanged ? copyEncoded(this.config.codec.comparable(this.payload)) : undefined };
    if (!this.config.isProduction) freeze(this.peek());
  }

  /** Makes the session writable again. */
  makeWritable(): void {
    if (!this.isReadonly) return;
    this.changes(); // a change that was made in the meantime is still an error
    this.#readonly = undefined;
    if (this.#object === undefined || !Object.isFrozen(this.#object)) return;
    this.assign(copyEncoded(this.payload)); // into another object, because the frozen one stays frozen
  }

  #hydrate(): SessionObject<S> {
    const { status, isLoaded } = this.state;
    if (status.is === 'failed') throw status.error;
    if (!isLoaded) {
      throw new SessionNotLoadedError(
        "The session is not loaded yet: under load: 'demand' put a guard or a decorator before the handler, or await sessions.load(req).",
      );
    }
    const payload = this.#decodeStored() ?? this.#initialPayload();
    const session = new SessionObject<S>(this);
    this.#give(session, payload);
    return session;
  }

  /** Puts a payload into a session object, and begins to watch its principal. */
  #give(session: SessionObject<S>, payload: object): void {
    this.#watch = this.state.isNew ? undefined : PrincipalWatch.of(this.config, this.state.base.asStored, payload);
    SessionObject.give(session, payload, this.#watch && this.config.principal);
  }

  /** The payload was stored. From here on, what the handler has set belongs to the principal, like what was loaded. */
  watchAgain(): void {
    if (this.#object === undefined || Object.isFrozen(this.#object)) return;
    const watch = PrincipalWatch.of(this.config, this.state.base.asStored, this.payload);
    const isOtherAgain = watch?.isOther(this.fields) === true; // changed again while the store was at work
    if (!isOtherAgain && (watch ?? this.#watch) !== undefined) this.#give(this.#object, this.payload);
  }

  /** A handler has assigned the principal, either on the current session object or on an earlier one of this request. */
  principalAssigned(session: object): void {
    if (session === this.#object) this.#watch?.assigned(this.fields);
  }

  #decodeStored(): Payload<S> | undefined {
    const { stored } = this.state;
    if (stored === undefined) return undefined;
    const { data, schemaVersion } = stored.record;
    const read = this.config.serializer.read(data, schemaVersion, stored.key);
    const found = read.ok ? read : decodeInvalid(this, read, schemaVersion);
    if (found === undefined) {
      this.initialize(!read.ok && read.encoded === undefined ? 'corrupt' : 'invalid');
      return undefined;
    }
    this.state.decoded(found.decodedRecord);
    return found.payload;
  }

  #initialPayload(): Payload<S> {
    const { codec } = this.config;
    const payload = codec.initial();
    this.state.setBase(copyEncoded(codec.comparable(payload)));
    return payload;
  }

  /** Begins a new session, whatever the request's cookie led to; see {@link SessionState.initialize}. */
  initialize(outcome: LoadOutcome, successor?: string | null): void {
    this.state.initialize(successor);
    this.cookie.disregard();
    report(this, 'load', { outcome });
  }

  /** Replaces the handler's session object; the handler keeps the old one. */
  detach(): void {
    this.#object = new SessionObject<S>(this);
  }

  /** Gives the session a fresh payload and a new id; the old record is retired at the next commit. */
  regenerate(): void {
    this.cookie.cancelClear();
    this.state.regenerate();
    this.assignInitial();
  }

  /** Replaces the handler's payload with that of a new session. */
  assignInitial(): void {
    this.cookie.reset();
    this.assign(this.#initialPayload());
  }

  /** Replaces the handler's payload, in the object that the handler holds. */
  assign(payload: object): void {
    if (Object.isFrozen(this.session)) this.detach(); // the frozen one was handed out to be read
    this.#give(this.session, payload);
    if (this.#watch?.isOther(this.fields) === true) this.#watch = undefined; // all of it belongs to the new principal
    this.wasStored();
  }

  /** The payload was stored or replaced: changes from before the session became readonly are no longer pending. */
  wasStored(): void {
    if (this.#readonly?.changed !== undefined) this.#readonly = { changed: undefined };
  }

  /**
   * The encoded payload if the handler changed it, otherwise `undefined`.
   * @throws SessionValidationError if the changed payload does not fit the schema; SessionReadonlyError if it was changed
   *   behind a readonly guard
   */
  changes(): EncodedPayload | undefined {
    if (!this.#isAccessed) return undefined;
    const { codec } = this.config;
    const payload = this.payload;
    const current = codec.comparable(payload);
    const before = this.#readonly?.changed;
    const { base } = this.state;
    if (before === undefined) {
      if (codec.same(current, base.asStored)) return undefined;
      // Values that the schema fills in, and fields that it does not know, are a difference too, but no change.
      if (base.exact !== base.asStored && codec.same(current, base.exact)) return undefined;
    }
    if (this.isReadonly) refuseChanges(codec, current, before ?? base.exact);
    const encoded = codec.encode(payload);
    return codec.same(encoded, base.exact) ? undefined : encoded;
  }

  /** The payload as it is stored: defaults filled in, and without unknown fields. */
  exactBase(): EncodedPayload {
    this.peek();
    return this.state.base.exact;
  }

  /** The changes that a response commits, if any. They are remembered, so that later changes can be told apart. */
  changesToCommit(status: number): EncodedPayload | undefined {
    this.#committed = status >= 500 ? undefined : this.changes();
    return this.#committed;
  }

  /** The changes that the last response of the request has committed, stored or not. */
  get committed(): EncodedPayload | undefined {
    return this.#committed;
  }

  /**
   * After a method failed: resets the handler's payload to what is stored, or to what a new session begins with. So an error
   * handler's response does not fail with the same error, and the handler can try again.
   */
  undo(): void {
    this.state.undo();
    this.cookie.reset();
    if (this.#object === undefined || Object.isFrozen(this.#object)) return;
    const decoded = this.config.codec.decode(this.state.base.asStored);
    if (decoded.ok) this.#give(this.#object, decoded.payload);
    else this.rollBack(); // a schema that depends on the time may now refuse what was loaded
  }

  /**
   * After a failed commit: resets the payload to what was loaded, so that the error handler's response cannot fail in the same
   * way.
   */
  rollBack(): void {
    this.state.rollBack();
    this.cookie.rollBack();
    // Decoded only at the next access: a schema that depends on the time may by then refuse what it accepted.
    this.#object = undefined;
    this.#watch = undefined;
    this.#isAccessed = false;
    this.#readonly = undefined; // no guard applies to the error handler
  }

  /** Runs store operations one after the other, so that a `save()` that was not awaited cannot overtake the commit. */
  serialize<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last === undefined ? work() : this.#last.then(work, work);
    this.#last = result;
    const done = (): void => {
      if (this.#last === result) this.#last = undefined;
    };
    result.then(done, done);
    return result;
  }

  /** Whether a store operation is running. */
  get isBusy(): boolean {
    return this.#last !== undefined;
  }
}
