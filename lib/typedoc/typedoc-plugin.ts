import {
  Comment,
  Converter,
  DocumentReflection,
  ParameterType,
  ReflectionKind,
  TypeScript as ts,
  type Application,
  type Context,
  type Reflection,
} from 'typedoc';
import { ANY_SESSION, ONLY_ANONYMOUS, docsOfClass, docsOfMethod, type SessionDocs } from './decorator-docs.js';
import { schemaPage } from './schema-page.js';

/** Adds the option, the page of the schema, and the requirements of controllers. */
export function addPlugin(app: Application): void {
  app.options.addDeclaration({
    name: 'sessionSchema',
    help: 'The compiled module that exports the session schema, and its name there: dist/session.js#sessionSchema',
    type: ParameterType.Path,
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context: Context) => {
    const text = schemaPage(context.programs, app.options.getValue('sessionSchema') as string, app.logger); // its type is Path
    if (text === undefined) return;
    const page = new DocumentReflection('Session', context.project, [{ kind: 'text', text }], {});
    context.project.addChild(page);
    context.project.registerReflection(page, undefined, undefined);
  });
  // After typedoc has copied comments to inheriting and overriding members that have none.
  const afterInheritance = -50;
  app.converter.on(Converter.EVENT_RESOLVE_END, addAllDocs, afterInheritance);
}

function addAllDocs(context: Context): void {
  for (const reflection of context.project.getReflectionsByKind(ReflectionKind.Class | ReflectionKind.Method)) {
    const node = declarationOf(reflection, context);
    const program = context.programs.find((one) => node && one.getSourceFile(node.getSourceFile().fileName));
    if (node === undefined || program === undefined) continue;
    const checker = program.getTypeChecker();
    if (ts.isClassLike(node)) {
      addDocs(reflection, docsOfClass(node, checker));
      continue;
    }
    const owner = reflection.parent && declarationOf(reflection.parent, context);
    if (owner === undefined || !ts.isClassLike(owner)) continue;
    const isLegacy = program.getCompilerOptions().experimentalDecorators === true;
    addDocs(reflection, docsOfMethod(node, owner, checker, isLegacy));
  }
}

/** The class or the method of a page. For overloads, it is the declaration that has a body and may be decorated. */
function declarationOf(reflection: Reflection, context: Context) {
  const declarations = context.getSymbolFromReflection(reflection)?.declarations ?? [];
  const methods = declarations.filter(ts.isMethodDeclaration);
  return methods.find(({ body }) => body !== undefined) ?? methods[0] ?? declarations.find(ts.isClassLike);
}

function addDocs(reflection: Reflection, { requires, notes, resets }: SessionDocs): void {
  const exact = requires.filter((one) => one !== ANY_SESSION);
  const isOnlyAnonymous = notes.includes(ONLY_ANONYMOUS);
  const parts = [...notes];
  if (exact.length > 0) parts.unshift(`**Requires session:** ${exact.join(', ')}`);
  else if (requires.length > 0) parts.unshift('**Requires a stored session.**');
  else if (resets && !isOnlyAnonymous) parts.unshift('**Open to everybody.**');
  if (parts.length === 0) return;
  const signatures: readonly Reflection[] | undefined = reflection.isDeclaration() ? reflection.signatures : undefined;
  for (const target of signatures ?? [reflection]) {
    target.comment = target.comment?.clone() ?? new Comment(); // members that inherit a comment share the object
    target.comment.summary.push({ kind: 'text', text: `\n\n${parts.join('\n\n')}` });
  }
}
