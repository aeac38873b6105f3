import type { SourceCode } from 'eslint';
import { textOf, type Node } from './syntax-tree.js';
import { resolve } from './variables.js';

/** Characters that make a part of a path match more than one text. */
const PATTERN = /[:*?+(){}[\]\\]/;

/** Whether an argument is a path: a string, or a regular expression. */
export function isPath(argument: Node, sourceCode: SourceCode): boolean {
  const node = resolve(sourceCode, argument);
  return node.type === 'Literal' || node.type === 'TemplateLiteral';
}

/** Whether a middleware on one path may run for requests to another path. No path, or one that is unknown, matches any. */
export function mayCover(path: Node | undefined, other: Node | undefined, sourceCode: SourceCode): boolean {
  const texts = [path, other].map((node) => node && textOf(resolve(sourceCode, node)));
  const [parts, others] = texts.map((text) => text?.toLowerCase().split('/').filter(Boolean));
  if (parts === undefined || others === undefined) return true;
  for (const [index, part] of parts.entries()) {
    const opposite = others[index];
    if (/[*?(){}]/.test(part) || (opposite !== undefined && /[*?(){}]/.test(opposite))) return true; // any number of parts
    if (opposite === undefined) return false;
    if (part !== opposite && !PATTERN.test(part) && !PATTERN.test(opposite)) return false;
  }
  return true;
}
