import type { SessionEnd } from '../errors.js';
import type { DecodedRecord } from '../schema/decoded-record.js';
import type { EncodedPayload } from '../schema/encoded-payload.js';
import type { SessionRecord } from '../stores/store-contract.js';
import { Base, type Move, type Pending, type Status, type Stored } from './status.js';

/** What a failed operation is reset to. */
type Checkpoint = Readonly<{ status: Status; base: Base; id: string | undefined }>;

const NOTHING = new Base({});

/** The state of one request's session, except for its payload. Only the methods below change it. */
export class SessionState {
  readonly #newId: () => string;
  #status: Status = { is: 'unloaded' };
  #base: Base = NOTHING;
  #pending: Pending = 'changes';
  #id: string | undefined;
  #isTouchDue = false;
  #checkpoint: Checkpoint | undefined;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  get status(): Status {
    return this.#status;
  }

  get base(): Base {
    return this.#base;
  }

  get pending(): Pending {
    return this.#pending;
  }

  /** The session's id; a new session gets one when it is first asked for. */
  get id(): string {
    return (this.#id ??= this.#newId());
  }

  /** Whether the store was asked, or did not have to be. */
  get isLoaded(): boolean {
    const { is } = this.#status;
    return is !== 'unloaded' && is !== 'loading' && is !== 'failed';
  }

  /** The record that this session is stored as; `undefined` for a new one. */
  get stored(): Stored | undefined {
    return storedOf(this.#status);
  }

  /** Whether, and how, the session gets a new id at the next commit. */
  get move(): Move | undefined {
    return this.#status.is === 'moving' ? this.#status.move : undefined;
  }

  /** Whether and why the session has ended. */
  get end(): SessionEnd | undefined {
    return this.#status.is === 'ended' ? this.#status.reason : undefined;
  }

  /** The key of the session that an ended one was rotated to; `null` if it is secret; `undefined` if there is none. */
  get successor(): string | null | undefined {
    return this.#status.is === 'ended' ? this.#status.successor : undefined;
  }

  /** Whether the next commit extends the idle deadline even if that is not due: `resetMaxAge()`. */
  get isTouchDue(): boolean {
    return this.#isTouchDue;
  }

  /** Whether no record is stored for this payload yet. */
  get isNew(): boolean {
    const isFresh = this.#status.is === 'ended' && this.#status.isFresh === true;
    return this.stored === undefined || this.move === 'regenerate' || isFresh;
  }

  /** A load is under way. */
  loading(until: Promise<void>): void {
    this.#status = { is: 'loading', until };
  }

  /** The load failed. */
  failed(error: Error): void {
    this.#status = { is: 'failed', error };
  }

  /** The request's cookie led to this record. */
  found(stored: Stored): void {
    this.#status = { is: 'stored', stored };
    this.#id = stored.id;
  }

  /**
   * The request begins a new session with an id of its own.
   * @param successor - the key of the session that the cookie's session was rotated to, if it was; `null` if it is secret
   */
  initialize(successor?: string | null): void {
    this.#status = successor === undefined ? { is: 'new' } : { is: 'ended', reason: 'rotated', successor };
    this.#id = undefined;
  }

  /** A stored payload was decoded. */
  decoded(decodedRecord: DecodedRecord): void {
    this.#base = new Base(decodedRecord.isResolved ? decodedRecord.known : decodedRecord.encoded, decodedRecord);
    this.#putStored({ decodedRecord });
  }

  /** The payload begins with this, or another request has stored this. */
  setBase(encoded: EncodedPayload): void {
    this.#base = new Base(encoded);
  }

  /** Another request has stored this record. */
  reread(found: Pick<Stored, 'record' | 'decodedRecord'>, encoded: EncodedPayload): void {
    this.#putStored(found);
    this.setBase(encoded);
  }

  /** A touch, or a recorded time of use, changed the record but not the payload. */
  touched(record: SessionRecord): void {
    this.#putStored({ record });
  }

  /** The next commit extends the idle deadline. */
  requestTouch(): void {
    this.#isTouchDue = true;
  }

  /** The requested touch is carried out. */
  beginTouch(): void {
    this.#isTouchDue = false;
  }

  /** The session gets a new id and keeps its payload. If it already gets a fresh payload, that does not change. */
  rotate(): void {
    const { stored, move = 'rotate' } = this;
    if (stored !== undefined) this.#status = { is: 'moving', stored, move, isWaiting: false };
    this.renewId();
  }

  /** The session gets a new id and a fresh payload, even if it has ended. */
  regenerate(): void {
    const { stored } = this;
    this.#status =
      stored === undefined ? { is: 'new' } : { is: 'moving', stored, move: 'regenerate', isWaiting: false };
    if (this.#pending === 'whole') this.#pending = 'changes';
    this.renewId();
  }

  /** Generates another id, for example because the store already has this one. */
  renewId(): void {
    this.#id = this.#newId();
  }

  /** What the next commit stores. `'always'` has an effect only on a new session, and `'whole'` only on a stored one. */
  setPending(pending: Pending): void {
    if (pending === 'changes' || (pending === 'always') === this.isNew) this.#pending = pending;
  }

  /** The payload was stored, and the id did not change. */
  committed(stored: Stored, encoded: EncodedPayload): void {
    const { status } = this;
    this.#commit(status.is === 'moving' ? { ...status, stored, isWaiting: false } : { is: 'stored', stored }, encoded);
  }

  /** The payload was stored under its new id. */
  moved(stored: Stored, encoded: EncodedPayload): void {
    this.#commit({ is: 'stored', stored }, encoded);
  }

  #commit(status: Status, encoded: EncodedPayload): void {
    this.#status = status;
    this.setBase(encoded);
    this.#pending = 'changes';
    this.#checkpoint = this.#now();
  }

  /** The old record is gone, and nothing is stored under the new id. */
  left(): void {
    this.#status = { is: 'new' };
  }

  /** The session has ended; what was loaded can still be read. */
  ended(reason: SessionEnd): void {
    this.#status = { is: 'ended', reason, stored: this.stored, isFresh: this.isNew };
  }

  /** This request has ended the session. */
  destroyed(): void {
    this.#status = { is: 'ended', reason: 'destroyed' };
  }

  /** Whether the request came with an id that a rotation has ended. */
  get isRotatedAway(): boolean {
    return this.successor !== undefined;
  }

  /**
   * If a login is sent twice, the second request arrives with the id that the first one has ended. It then begins a session
   * of its own.
   */
  beginAfterRotation(): void {
    if (this.isRotatedAway) this.#status = { is: 'new' };
  }

  /** An operation begins. If it fails, {@link undo} resets everything, except for what the operation has stored. */
  begin(): void {
    this.#checkpoint = this.#now();
  }

  /** The operation failed: everything is reset to when it began, or to when it last stored the payload. */
  undo(): void {
    this.#pending = 'changes';
    if (this.#checkpoint === undefined) return;
    const { status, base, id } = this.#checkpoint;
    this.#base = base;
    this.#id = id;
    const { is } = this.#status;
    if (is === 'ended') this.#status = { ...this.#status, stored: storedOf(status) };
    else if (is !== 'new') this.#status = status.is === 'moving' ? { ...status, isWaiting: true } : status;
  }

  /** A commit failed: the session returns to the state in which it was loaded. */
  rollBack(): void {
    const { stored, isNew, status } = this;
    this.#pending = 'changes';
    if (status.is === 'moving') this.#status = stored === undefined || isNew ? { is: 'new' } : { is: 'stored', stored };
    else if (status.is === 'ended' && isNew) this.#status = { ...status, stored: undefined };
    this.#id = this.stored?.id;
  }

  #now(): Checkpoint {
    return { status: this.#status, base: this.#base, id: this.#id };
  }

  #putStored(known: Partial<Stored>): void {
    const status = this.#status;
    if ('stored' in status && status.stored !== undefined) {
      this.#status = { ...status, stored: { ...status.stored, ...known } };
    }
  }
}

function storedOf(status: Status): Stored | undefined {
  return 'stored' in status ? status.stored : undefined;
}
