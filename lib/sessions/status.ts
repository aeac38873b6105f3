import type { SessionEnd } from '../errors.js';
import type { DecodedRecord } from '../schema/decoded-record.js';
import type { EncodedPayload } from '../schema/encoded-payload.js';
import type { SessionRecord } from '../stores/store-contract.js';

/** Where a session is stored, and the record that this request last saw there. */
export interface Stored {
  readonly id: string;
  readonly key: string;
  readonly record: SessionRecord;
  /** What the record's text says; `undefined` until the payload is first accessed. */
  readonly decodedRecord?: DecodedRecord | undefined;
}

/** The stored payload, which changes are compared with and a merge starts from. */
export class Base {
  /** As it was read from the store. */
  readonly asStored: EncodedPayload;
  readonly #decodedRecord: DecodedRecord | undefined;

  /** @param decodedRecord - the record that it was read from, if it was read */
  constructor(asStored: EncodedPayload, decodedRecord?: DecodedRecord) {
    this.asStored = asStored;
    this.#decodedRecord = decodedRecord;
  }

  /** The encoded payload, with defaults filled in and without unknown fields. */
  get exact(): EncodedPayload {
    return this.#decodedRecord?.known ?? this.asStored;
  }
}

/** The status of a request's session. */
export type Status =
  | { readonly is: 'unloaded' }
  | { readonly is: 'loading'; readonly until: Promise<void> }
  /** The store failed: an error handler that accesses the session gets the same error. */
  | { readonly is: 'failed'; readonly error: Error }
  | { readonly is: 'new' }
  | { readonly is: 'stored'; readonly stored: Stored }
  /** The session gets a new id at the next commit: with its payload, or with a fresh one. */
  | {
      readonly is: 'moving';
      readonly stored: Stored;
      readonly move: Move;
      /** A `save()` could not store the new id. The next change tries again, but a response without a change does not. */
      readonly isWaiting: boolean;
    }
  /** Nothing is stored any more, and no cookie is set. */
  | {
      readonly is: 'ended';
      readonly reason: SessionEnd;
      readonly stored?: Stored | undefined;
      /** The payload is fresh and was never stored: after `regenerate()`. */
      readonly isFresh?: boolean;
      /** If the request came with an id that was rotated away: the successor's key, or `null` if it is secret. */
      readonly successor?: string | null;
    };

/** How a session gets a new id. */
export type Move = 'rotate' | 'regenerate';

/**
 * What the next commit stores: the payload if it changed; a new session's even if it did not (`save()`); or the payload as a
 * whole, which is not merged with another one (`become()`).
 */
export type Pending = 'changes' | 'always' | 'whole';
