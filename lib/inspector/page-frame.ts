import { createHash } from 'node:crypto';
import { html, type Html, type HtmlPart } from './inspector-html.js';
import { SCRIPT } from './inspector-script.js';
import { STYLE } from './inspector-style.js';

/** The pages that the navigation leads to. */
export type Section = 'sessions' | 'activity' | 'cookie';

const LINKS: readonly (readonly [Section, string, string])[] = [
  ['sessions', './', 'Sessions'],
  ['activity', 'activity', 'Activity'],
  ['cookie', 'cookie', 'Check a cookie'],
];

const version = createHash('sha256').update(STYLE).update(SCRIPT).digest('base64url').slice(0, 12);

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%23295fcc'/%3E%3Ccircle cx='7' cy='7' r='3' fill='none' stroke='%23fff' stroke-width='1.6'/%3E%3Cpath d='M9.2 9.2 12 12' stroke='%23fff' stroke-width='1.8' stroke-linecap='round'/%3E%3C/svg%3E";

// Written out, the end tag of a script in a template makes the bundler import a helper that the package does not have.
const ELEMENT = 'script';

/** A whole page. */
export function pageFrame(app: string, section: Section | undefined, title: string, content: HtmlPart): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${app}</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="inspector.css?v=${version}">
<script src="inspector.js?v=${version}" defer></${ELEMENT}>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="bar">
<div class="inner">
<p class="app"><span class="mark" aria-hidden="true"></span>${app}</p>
<nav aria-label="Inspector"><ul>
${LINKS.map(
  ([name, href, text]) =>
    html`<li><a href="${href}"${name === section && html` aria-current="page"`}>${text}</a></li>\n`,
)}</ul></nav>
</div>
</header>
<main id="main" class="inner" tabindex="-1">
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`; // prettier-ignore
}

/** A page that only says what went wrong. */
export function messagePage(app: string, title: string, text: string): Html {
  return pageFrame(
    app,
    undefined,
    title,
    html`<p class="notice bad">${text}</p>
      <p><a href="./">Back to the sessions</a></p>`,
  );
}
