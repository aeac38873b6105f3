import { createHash } from 'node:crypto';

/** The prefix of a hash. A principal with this prefix is hashed as well, so that no two principals have the same text. */
const HASHED = '\\sha256:';
const NOT_AS_IT_IS = /^\\sha256:|\p{Surrogate}/u;

/**
 * Returns the text by which a database finds the sessions of a principal. It is the principal itself, so that an
 * administrator can search for it. If the database cannot store it, the text is its hash. A database that encodes text in
 * UTF-8 cannot store half of a surrogate pair. The principal itself is in the record.
 * @param isTooMuch - whether this database cannot store it for another reason
 */
export function searchablePrincipal(principal: string, isTooMuch = false): string {
  if (!isTooMuch && !NOT_AS_IT_IS.test(principal)) return principal;
  return HASHED + createHash('sha256').update(principal, 'utf16le').digest('hex'); // UTF-16 keeps lone surrogates apart
}
