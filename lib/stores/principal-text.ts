import { createHash } from 'node:crypto';

/** What begins the text of a hash. A principal that begins like this is hashed too, so that none is taken for another. */
const HASHED = '\\sha256:';
const NOT_AS_IT_IS = /^\\sha256:|\p{Surrogate}/u;

/**
 * A principal as a database's text holds it, by which it is found: as it is, so that an administrator can ask for it, but
 * its hash where the database could not hold it, as none can that encodes in UTF-8 and half of a surrogate pair. The
 * principal itself is in the record.
 * @param isTooMuch - whether this database cannot hold it for another reason
 */
export function principalText(principal: string, isTooMuch = false): string {
  if (!isTooMuch && !NOT_AS_IT_IS.test(principal)) return principal;
  return HASHED + createHash('sha256').update(principal, 'utf16le').digest('hex'); // which tells the halves apart
}
