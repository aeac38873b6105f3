import { durationText } from '../duration-text.js';
import { findingsOf, type Finding } from './finding.js';

/** A larger difference is worth a warning, in milliseconds. */
const NOTICEABLE = 2_000;

/** With a larger difference, sessions end visibly early or late, in milliseconds. */
const LARGE = 60_000;

/**
 * Compares the clock of the server with that of this machine. Processes compare deadlines with their own clocks, so a wrong
 * clock on one machine ends sessions early there.
 * @param askServer - returns the time of the server, in milliseconds since the epoch
 */
export async function clockFinding(askServer: () => Promise<number>): Promise<Finding> {
  const { ok, note, warning, problem } = findingsOf('clock');
  const before = Date.now();
  const theirs = await askServer();
  const after = Date.now();
  if (!Number.isFinite(theirs)) return note('the server did not tell its time');
  const difference = Math.round(theirs - (before + after) / 2);
  const uncertainty = Math.ceil((after - before) / 2);
  const size = Math.max(0, Math.abs(difference) - uncertainty);
  if (size < NOTICEABLE)
    return ok(`within ${durationText(Math.max(1, Math.abs(difference) + uncertainty))} of the server's`);
  const text = `the server is ${durationText(Math.abs(difference))} ${difference > 0 ? 'ahead of' : 'behind'} this machine`;
  const fix = 'synchronize both clocks with NTP: a machine whose clock is ahead ends sessions early';
  return size < LARGE ? warning(text, fix) : problem(text, fix);
}
