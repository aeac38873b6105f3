// @ts-check
// A plugin of typedoc for this project's own site (typedoc.json): the pages in docs/ keep their paths and take their
// titles, groups, and order from the files, so that they need no frontmatter, which GitHub would show.
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Application,
  Converter,
  DefaultTheme,
  DocumentReflection,
  KindRouter,
  ReflectionKind,
  RendererEvent,
} from 'typedoc';
import { brokenLinks } from './links.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const repository = 'https://github.com/typed-session/typed-session';

/** The groups of the pages, by the folder below docs/. All other pages explain something. */
const GROUPS = new Map([
  ['guides', 'Guides'],
  ['recipes', 'Recipes'],
  ['reference', 'Reference'],
]);

/** What comes first in its group on a module's page. */
const FIRST = ['session', 'requireSession', 'RequireSession', 'defineSession'];

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.renderer.defineRouter('pages', PageRouter);
  app.renderer.defineTheme('pages', PageTheme);
  // Not here: typedoc reads its options again when all plugins are loaded.
  app.on(Application.EVENT_BOOTSTRAP_END, () => app.options.setValue('markdownItLoader', nameHeadings));
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, page) => {
    page.name = titleOf(page.content) ?? page.name;
    page.frontmatter['group'] ??= groupOf(fileOf(page));
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    nestPages(project);
    linkToRepository(project);
  });
  const afterGrouping = -200;
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => leadGroups(project), afterGrouping);
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    for (const problem of brokenLinks(outputDirectory)) app.logger.error(/** @type {any} */ (problem)); // not translated
  });
}

/** A page of docs/ has its path there: docs/guides/fetch.md becomes guides/fetch.html. */
class PageRouter extends KindRouter {
  /** @override @param {import('typedoc').Reflection} reflection */
  getIdealBaseName(reflection) {
    if (!(reflection instanceof DocumentReflection)) return super.getIdealBaseName(reflection);
    const path = fileOf(reflection).replace(/^docs\//, '');
    return path.replace(/README\.md$/, 'documentation').replace(/\.md$/, '');
  }
}

/** Pages of interfaces begin with their text, and not with all signatures of their members. */
class PageTheme extends DefaultTheme {
  /** @override @param {import('typedoc').PageEvent<any>} page */
  getRenderContext(page) {
    const context = super.getRenderContext(page);
    context.reflectionPreview = () => undefined;
    return context;
  }
}

/**
 * Headings with code have the anchors that GitHub gives them. typedoc leaves the code out of an anchor.
 *
 * @param {any} parser of markdown-it, which typedoc does not export the types of
 */
function nameHeadings(parser) {
  parser.core.ruler.push('code-in-headings', (/** @type {any} */ { Token, tokens }) => {
    const html = (/** @type {string} */ content) => Object.assign(new Token('html_inline', '', 0), { content });
    for (const [index, { type }] of tokens.entries()) {
      if (type !== 'heading_open') continue;
      const inline = tokens[index + 1];
      inline.children = inline.children.flatMap((/** @type {any} */ token) => {
        if (token.type !== 'code_inline') return [token];
        return [html('<code>'), Object.assign(new Token('text', '', 0), { content: token.content }), html('</code>')];
      });
    }
  });
}

/** The file of a page, from the root of the repository. @param {DocumentReflection} page */
function fileOf(page) {
  const path = page.project.files.getReflectionPath(page);
  if (path === undefined) throw new Error(`${page.name} has no file`);
  return relative(root, path).replaceAll('\\', '/');
}

/** The first heading. @param {readonly import('typedoc').CommentDisplayPart[]} content */
function titleOf(content) {
  const text = content.map((part) => part.text).join('');
  return /^# (.*)$/m.exec(text)?.[1]?.replaceAll(/`|\\/g, '');
}

/** @param {string} file */
function groupOf(file) {
  if (file === 'docs/README.md') return 'none'; // at the top
  return GROUPS.get(file.split('/')[1] ?? '') ?? 'Explanations';
}

/**
 * Puts pages in the order in which docs/README.md links to them, and the pages of a folder below the page of that name:
 * docs/reference/errors/ below docs/reference/errors.md.
 *
 * @param {import('typedoc').ProjectReflection} project
 */
function nestPages(project) {
  const pages = new Map((project.documents ?? []).map((page) => [fileOf(page), page]));
  const links = [...readFileSync(join(root, 'docs/README.md'), 'utf8').matchAll(/\]\(([^)#\s]+)/g)];
  const order = ['docs/README.md', ...links.map(([, target]) => `docs/${target}`)];
  const place = (/** @type {DocumentReflection} */ page) => {
    const at = order.indexOf(fileOf(page));
    return at < 0 ? order.length : at;
  };
  for (const page of [...pages.values()].sort((one, other) => place(one) - place(other))) {
    const parent = pages.get(`${dirname(fileOf(page))}.md`);
    project.removeChild(page);
    (parent ?? project).addChild(page);
    page.parent = parent ?? project;
  }
}

/** Links to files that are no pages lead to the repository. Pictures stay. @param {import('typedoc').ProjectReflection} project */
function linkToRepository(project) {
  const pages = Object.values(project.reflections).filter((one) => one instanceof DocumentReflection);
  /** @type {Set<string>} */
  const files = new Set();
  for (const part of [project.readme ?? [], ...pages.map((page) => page.content)].flat()) {
    if (part.kind !== 'relative-link' || part.target === undefined) continue;
    const target = project.files.resolve(part.target, project);
    if (typeof target !== 'string' || /\.(?:svg|png)$/.test(target)) continue;
    files.add(target);
    const path = relative(root, target).replaceAll('\\', '/');
    part.text = `${repository}/blob/main/${path}${part.targetAnchor === undefined ? '' : `#${part.targetAnchor}`}`;
    part.target = undefined;
  }
  // A file with a page is not copied, and a folder without one would be an error.
  for (const file of files) project.files.registerReflectionPath(/** @type {any} */ (file), project);
}

/** @param {import('typedoc').ProjectReflection} project */
function leadGroups(project) {
  const place = (/** @type {import('typedoc').Reflection} */ { name }) => {
    const at = FIRST.indexOf(name);
    return at < 0 ? FIRST.length : at;
  };
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    for (const { children } of module.groups ?? []) children.sort((one, other) => place(one) - place(other));
  }
}
