// @ts-check
// Checks the links of a site: every file and every anchor that a page links to.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * The links of a site that lead nowhere.
 *
 * @param {string} site its folder
 * @returns {string[]} a line for each
 */
export function brokenLinks(site) {
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));
  /** @type {Map<string, Set<string>>} */
  const anchors = new Map();
  const anchorsOf = (/** @type {string} */ file) => {
    const known = anchors.get(file) ?? new Set(attributes(readFileSync(file, 'utf8'), 'id'));
    anchors.set(file, known);
    return known;
  };
  return pages.flatMap((page) => {
    const file = join(site, page);
    const html = readFileSync(file, 'utf8');
    const links = new Set([...attributes(html, 'href'), ...attributes(html, 'src')]);
    return [...links].flatMap((link) => {
      const problem = problemOf(link, file, site, anchorsOf);
      return problem === undefined ? [] : [`${page} links to ${link}: ${problem}`];
    });
  });
}

/**
 * @param {string} link
 * @param {string} from the page with the link
 * @param {string} site
 * @param {(file: string) => ReadonlySet<string>} anchorsOf
 */
function problemOf(link, from, site, anchorsOf) {
  if (/^(?:[a-z]+:|\/\/)/.test(link)) return undefined; // elsewhere
  const [path = '', anchor = ''] = link.split('#').map(decodeURIComponent);
  let file = path === '' ? from : resolve(dirname(from), path);
  if (relative(site, file).startsWith('..')) return 'it is outside of the site';
  if (!existsSync(file)) return 'there is no such file';
  if (statSync(file).isDirectory()) file = join(file, 'index.html');
  if (!existsSync(file)) return 'the folder has no index.html';
  if (anchor === '' || !file.endsWith('.html') || anchorsOf(file).has(anchor)) return undefined;
  return 'the page has no such anchor';
}

/** The values of an attribute in a page. @param {string} html @param {'id' | 'href' | 'src'} name */
function attributes(html, name) {
  return [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    value.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'"),
  );
}
