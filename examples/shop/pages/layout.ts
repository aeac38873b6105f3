import { html, type Html } from '../html.js';
import type { Notice } from '../session.js';

export interface Page {
  readonly title: string;
  readonly body: Html;
}

/** What the header of a page shows about its visitor. Error pages have no visitor. */
export interface Visitor {
  readonly path: string;
  readonly name: string | undefined;
  readonly isAdmin: boolean;
  readonly cartCount: number;
  readonly notice: Notice | undefined;
}

export function layout(page: Page, visitor?: Visitor): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title} · Paper &amp; Cedar</title>
        <link rel="icon" href="/pencil.svg" />
        <link rel="stylesheet" href="/shop.css" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <div class="bar">
            <a class="brand" href="/">Paper <span>&amp;</span> Cedar</a>
            ${visitor && navigation(visitor)}
          </div>
        </header>
        <main id="content">${visitor?.notice && noticeBox(visitor.notice)} ${page.body}</main>
        <footer>An example app of <code>typed-session</code>. Nothing here is for sale.</footer>
      </body>
    </html> `.text;
}

function navigation({ path, name, isAdmin, cartCount }: Visitor): Html {
  const link = (href: string, label: HtmlLabel) =>
    html`<a href="${href}" ${path === href && html`aria-current="page"`}>${label}</a>`;
  return html`<nav aria-label="Main">
    ${link('/cart', html`Cart${cartCount > 0 && html` <b class="count">${cartCount}<span class="hidden"> items</span></b>`}`)}
    ${
      name === undefined
        ? link('/login', 'Log in')
        : html`${isAdmin && link('/admin', 'Users')} ${link('/account', name)}
            <form method="post" action="/logout"><button class="plain">Log out</button></form>`
    }
  </nav>`;
}

type HtmlLabel = Html | string;

function noticeBox({ kind, text }: Notice): Html {
  return html`<p class="notice ${kind}" role="${kind === 'good' ? 'status' : 'alert'}">${text}</p>`;
}
