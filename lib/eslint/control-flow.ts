import type { Rule } from 'eslint';
import { EndedFields } from './ended-fields.js';

/**
 * Follows ESLint's code paths, and keeps what is known at the point that is being visited. It goes through each function
 * once, from top to bottom, so what only the next round of a loop finds is left out.
 */
export class ControlFlow {
  /** What is known in each segment that was visited, by the segment's id. */
  readonly #known = new Map<string, EndedFields>();
  /** The segments that are being visited, for each function that is open. */
  readonly #open: Set<string>[] = [];

  /** The listeners that a rule needs besides its own. */
  readonly listeners: Rule.RuleListener = {
    onCodePathStart: () => {
      this.#open.push(new Set());
    },
    onCodePathEnd: () => {
      this.#open.pop();
    },
    onCodePathSegmentStart: (segment: Rule.CodePathSegment) => {
      const before = segment.prevSegments.flatMap(({ id }) => this.#known.get(id) ?? []);
      this.#known.set(segment.id, EndedFields.merge(before));
      this.#open.at(-1)?.add(segment.id);
    },
    // A loop goes back to a segment that was visited before: to the test of a `while`, which the code after the loop follows;
    // to the left side of a for-of loop, which its body follows; to the update of a `for`, which its test follows.
    onCodePathSegmentLoop: (from: Rule.CodePathSegment, to: Rule.CodePathSegment) => {
      for (const { id } of [to, ...to.nextSegments]) {
        const known = this.#known.get(id);
        if (known !== undefined) this.#known.set(id, EndedFields.merge([known, this.#known.get(from.id) ?? known]));
      }
    },
    onCodePathSegmentEnd: (segment: Rule.CodePathSegment) => {
      this.#open.at(-1)?.delete(segment.id);
    },
  };

  /** What is known here: more than one if several branches are visited together, none if the code is unreachable. */
  get current(): EndedFields[] {
    return [...(this.#open.at(-1) ?? [])].flatMap((id) => this.#known.get(id) ?? []);
  }
}
