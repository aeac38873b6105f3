import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { brokenLinks } from '../../scripts/site/links.mjs';

it('the check of the site reports links to missing files, folders, and anchors, and no others', () => {
  const site = mkdtempSync(join(tmpdir(), 'typed-session-site-'));
  onTestFinished(() => {
    rmSync(site, { recursive: true, force: true });
  });
  const pages = {
    'index.html':
      '<h1 id="top">A</h1><a href="#top"></a><a href="#gone"></a><a href="guides/b.html#b%20c"></a><a href="c.html"></a><img src="a.svg"/>',
    'guides/b.html':
      '<h1 id="b c">B</h1><a href=".."></a><a href="../index.html#nowhere"></a><a href="../../outside.html"></a><a href="https://example.org/x#y"></a><a href="."></a>',
  };
  for (const [name, html] of Object.entries(pages)) {
    mkdirSync(dirname(join(site, name)), { recursive: true });
    writeFileSync(join(site, name), html);
  }
  expect(brokenLinks(site).sort()).toEqual([
    'guides/b.html links to ../../outside.html: it is outside of the site',
    'guides/b.html links to ../index.html#nowhere: the page has no such anchor',
    'guides/b.html links to .: the folder has no index.html',
    'index.html links to #gone: the page has no such anchor',
    'index.html links to a.svg: there is no such file',
    'index.html links to c.html: there is no such file',
  ]);
});
