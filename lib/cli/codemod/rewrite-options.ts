import type ts from 'typescript';
import type { FileContext } from './rewrite-file.js';

/** The options of express-session that `session()` takes as they are. */
const KEPT = new Set(['secret', 'store', 'name', 'genid', 'cookie', 'proxy', 'rolling', 'unset', 'resave', 'saveUninitialized', 'key']); // prettier-ignore

/** Rewrites the options of one call: adds the schema, keeps the cookie's name, and removes what is the default. */
export function rewriteOptions(context: FileContext, call: ts.CallExpression, schemaName: string): void {
  const { typescript, edits, leave } = context;
  const [argument] = call.arguments;
  if (argument === undefined) {
    const position = call.getEnd() - 1;
    edits.push({
      start: position,
      end: position,
      text: `{ schema: ${schemaName}, onInvalid: 'repair', name: 'connect.sid' }`,
    });
    leave(call, 'there is no option secret: session() needs one');
    return;
  }
  const options = literalOf(context, argument);
  if (options === undefined) {
    leave(
      argument,
      `the options are not written here: add schema: ${schemaName}, onInvalid: 'repair', and name: 'connect.sid'`,
    );
    return;
  }
  const named = new Map<string, ts.ObjectLiteralElementLike>();
  for (const property of options.properties) {
    const { name } = property;
    if (typescript.isSpreadAssignment(property)) leave(property, 'options that are spread in are not checked');
    else if (name !== undefined && (typescript.isIdentifier(name) || typescript.isStringLiteral(name)))
      named.set(name.text, property);
  }
  addOptions(context, options, named, schemaName);
  removeDefaults(context, options, named);
  adviseOn(context, call, named);
}

/** The object literal of the options: the argument, or what a constant of the same file contains. */
function literalOf(
  { typescript, source }: FileContext,
  argument: ts.Expression,
): ts.ObjectLiteralExpression | undefined {
  if (typescript.isObjectLiteralExpression(argument)) return argument;
  if (!typescript.isIdentifier(argument)) return undefined;
  let found: ts.ObjectLiteralExpression | undefined;
  const visit = (node: ts.Node): void => {
    const isIt =
      typescript.isVariableDeclaration(node) && typescript.isIdentifier(node.name) && node.name.text === argument.text;
    if (isIt && node.initializer !== undefined && typescript.isObjectLiteralExpression(node.initializer))
      found = node.initializer;
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function addOptions(
  { source, edits, typescript }: FileContext,
  options: ts.ObjectLiteralExpression,
  named: ReadonlyMap<string, ts.ObjectLiteralElementLike>,
  schemaName: string,
): void {
  const open = options.getStart(source) + 1;
  const [first] = options.properties;
  const space = first === undefined ? ' ' : (/^\s*/.exec(source.text.slice(open)) ?? [''])[0] || ' ';
  const key = named.get('key');
  const hasName = named.has('name') || key !== undefined;
  const added = [`schema: ${schemaName}`, "onInvalid: 'repair'", ...(hasName ? [] : ["name: 'connect.sid'"])];
  edits.push({
    start: open,
    end: open,
    text: added.map((one) => `${space}${one},`).join('') + (first === undefined ? ' ' : ''),
  });
  if (key?.name === undefined) return;
  const text = typescript.isShorthandPropertyAssignment(key) ? 'name: key' : 'name';
  edits.push({ start: key.name.getStart(source), end: key.name.getEnd(), text });
}

/** Removes `resave: false` and `saveUninitialized: false`, which are the defaults. */
function removeDefaults(
  { source, edits, typescript, leave }: FileContext,
  { properties }: ts.ObjectLiteralExpression,
  named: ReadonlyMap<string, ts.ObjectLiteralElementLike>,
): void {
  const removed = new Set<ts.ObjectLiteralElementLike>();
  for (const name of ['resave', 'saveUninitialized']) {
    const property = named.get(name);
    if (property === undefined) continue;
    const isFalse =
      typescript.isPropertyAssignment(property) && property.initializer.kind === typescript.SyntaxKind.FalseKeyword;
    if (isFalse) removed.add(property);
    else leave(property, `${name} is kept, and is false by default: is it needed?`);
  }
  let end = properties.length; // of the part in front of the properties that are removed at the end
  const isRemovedAt = (at: number): boolean => properties.some((one, index) => index === at && removed.has(one));
  while (isRemovedAt(end - 1)) end--;
  const tail = properties.slice(end);
  const kept = properties[end - 1];
  const last = tail.at(-1);
  if (last !== undefined && kept !== undefined && !properties.hasTrailingComma) {
    edits.push({ start: kept.getEnd(), end: last.getEnd(), text: '' }); // with the comma in front of them
    for (const one of tail) removed.delete(one);
  }
  for (const one of removed) {
    const comma = /^\s*,/.exec(source.text.slice(one.getEnd()))?.[0] ?? '';
    // A comment on the line of a property belongs to that property: to the one before, or to this one.
    const start = endOfComments(typescript, source.text, one.getFullStart());
    edits.push({ start, end: endOfComments(typescript, source.text, one.getEnd() + comma.length), text: '' });
  }
}

/** The end of the comments that follow a position on its line. */
function endOfComments(typescript: typeof ts, text: string, position: number): number {
  return typescript.getTrailingCommentRanges(text, position)?.at(-1)?.end ?? position;
}

function adviseOn(
  { typescript, source, leave }: FileContext,
  call: ts.CallExpression,
  named: ReadonlyMap<string, ts.ObjectLiteralElementLike>,
): void {
  const secret = named.get('secret');
  if (secret === undefined) leave(call, 'there is no option secret: session() needs one');
  else if (typescript.isPropertyAssignment(secret) && typescript.isStringLiteralLike(secret.initializer)) {
    leave(
      secret,
      'the secret is in the source: use an environment variable; npx typed-session secret prints a new one',
    );
  }
  if (!named.has('store')) leave(call, 'there is no option store: sessions end with the process');
  const cookie = named.get('cookie')?.getText(source) ?? '';
  if (!/\bsecure\b/.test(cookie)) {
    leave(
      call,
      "cookie.secure is true in production by default: behind a proxy that terminates TLS, set app.set('trust proxy', 1)",
    );
  }
  for (const [name, property] of named) {
    if (!KEPT.has(name)) leave(property, `${name} is not an option of express-session, and session() refuses it`);
  }
}
