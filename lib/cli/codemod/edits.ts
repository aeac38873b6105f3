/** A change of a text, by position, so that all other formatting stays. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Something that a person has to look at. */
export interface Leftover {
  /** The line, from 1. */
  readonly line: number;
  readonly message: string;
}

/** Applies edits that do not overlap. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  let text = source;
  for (const { start, end, text: replacement } of inOrder(edits).toReversed()) {
    text = text.slice(0, start) + replacement + text.slice(end);
  }
  return text;
}

/** The lines that edits change: as they were with `-`, and as they are with `+`. */
export function diffOf(source: string, edits: readonly Edit[]): string[] {
  const hunks: { start: number; end: number; edits: Edit[] }[] = [];
  for (const edit of inOrder(edits)) {
    const start = source.lastIndexOf('\n', edit.start - 1) + 1;
    const newline = source.indexOf('\n', edit.end);
    const end = newline === -1 ? source.length : newline;
    const last = hunks.at(-1);
    if (last !== undefined && start <= last.end) {
      last.end = Math.max(last.end, end);
      last.edits.push(edit);
    } else hunks.push({ start, end, edits: [edit] });
  }
  return hunks.flatMap((hunk) => {
    const before = source.slice(hunk.start, hunk.end);
    const moved = hunk.edits.map(({ start, end, text }) => ({
      start: start - hunk.start,
      end: end - hunk.start,
      text,
    }));
    return [...changedLines(before, applyEdits(before, moved))];
  });
}

/** The lines of a hunk, without those at its ends that are the same. */
function changedLines(before: string, after: string): string[] {
  const old = before.split('\n');
  const fresh = after.split('\n');
  while (old.length > 0 && fresh.length > 0 && old[0] === fresh[0]) [old, fresh].forEach((lines) => lines.shift());
  while (old.length > 0 && fresh.length > 0 && old.at(-1) === fresh.at(-1))
    [old, fresh].forEach((lines) => lines.pop());
  return [...old.map((line) => `- ${line}`), ...fresh.map((line) => `+ ${line}`)];
}

function inOrder(edits: readonly Edit[]): Edit[] {
  return edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
}
