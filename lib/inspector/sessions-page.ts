import { html, type Html, type HtmlPart } from './inspector-html.js';
import { counted, shortTime, shownSize } from './shown-values.js';

/** A row of a list of sessions. */
export interface SessionRow {
  readonly handle: string;
  readonly href: string;
  /** The principal as it may be shown; `undefined` if nobody is signed in. */
  readonly principal: { readonly text: string; readonly href: string } | undefined;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly size: number;
  readonly version: string;
  readonly isOwn: boolean;
  /** Identifies the session in the form that ends it. */
  readonly sealed: string;
}

/** A link to another part of a list. */
export interface MoreLink {
  readonly href: string;
  readonly text: string;
}

/** What the page of a list shows. */
export interface SessionsPage {
  readonly search: { readonly label: string; readonly method: 'get' | 'post'; readonly query: string } | undefined;
  readonly summary: string;
  readonly rows: readonly SessionRow[];
  /** What is said if there are no rows. */
  readonly empty: string;
  readonly links: readonly MoreLink[];
  /** The query of this list, to return to. */
  readonly back: string;
  readonly actions: HtmlPart;
}

/** A list of sessions with the search above it. */
export function sessionsContent(page: SessionsPage): Html {
  const { search, rows, links } = page;
  return html`${search && searchForm(search)}
    <p class="summary">${page.summary}</p>
    ${page.actions} ${rows.length === 0 ? html`<p class="empty">${page.empty}</p>` : table(rows, page.back)}
    ${
      links.length > 0 &&
      html`<nav class="more" aria-label="Pages">
        ${links.map(({ href, text }) => html`<a class="button" href="${href}">${text}</a> `)}
      </nav>`
    }`;
}

function searchForm({ label, method, query }: NonNullable<SessionsPage['search']>): Html {
  return html`<form class="search" role="search" method="${method}" action="${method === 'get' ? './' : 'find'}">
    <label for="q">${label}</label>
    <div class="line">
      <input
        id="q"
        name="q"
        type="search"
        value="${query}"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        maxlength="512"
      />
      <button>Search</button>
    </div>
  </form>`;
}

/** The roles are explicit, because the style shows the rows as cards on a small screen, which would remove them. */
function table(rows: readonly SessionRow[], back: string): Html {
  const heads = ['Session', 'Principal', 'Created', 'Last used', 'Expires', 'Size', 'Version'];
  return html`<table role="table" class="cards">
    <caption class="hidden">
      Sessions
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${heads.map((head) => html`<th role="columnheader" scope="col">${head}</th>`)}
        <th role="columnheader" scope="col"><span class="hidden">Action</span></th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map((row) => tableRow(row, back))}
    </tbody>
  </table>`;
}

function tableRow(row: SessionRow, back: string): Html {
  const { principal, isOwn } = row;
  return html`<tr role="row">
    <th role="rowheader" scope="row">
      <a href="${row.href}"><code>${row.handle}</code></a
      >${isOwn && html` <span class="badge">yours</span>`}
    </th>
    <td role="cell" data-label="Principal">
      ${principal === undefined ? html`<span class="muted">nobody</span>` : html`<a href="${principal.href}">${principal.text}</a>`}
    </td>
    <td role="cell" data-label="Created">${shortTime(row.createdAt)}</td>
    <td role="cell" data-label="Last used">${shortTime(row.lastUsedAt)}</td>
    <td role="cell" data-label="Expires">${shortTime(row.expiresAt)}</td>
    <td role="cell" data-label="Size" class="number">${shownSize(row.size)}</td>
    <td role="cell" data-label="Version" class="number">${row.version}</td>
    <td role="cell" class="action">
      <form method="post" action="end">
        <input type="hidden" name="session" value="${row.sealed}" />
        <input type="hidden" name="back" value="${back}" />
        <button class="quiet" aria-label="End session ${row.handle}">End</button>
      </form>
    </td>
  </tr>`;
}

/** The button that ends several sessions, behind a question. */
export function endAllForm(options: {
  readonly text: string;
  readonly question: string;
  readonly principal: string;
  readonly except?: string;
}): Html {
  const { text, question, principal, except } = options;
  return html`<details class="confirm">
    <summary>${text}</summary>
    <form method="post" action="end-all">
      <p>${question}</p>
      <input type="hidden" name="principal" value="${principal}" />
      ${except !== undefined && html`<input type="hidden" name="except" value="${except}" />`}
      <button class="danger">${text}</button>
    </form>
  </details>`;
}

/** What has just been done. */
export function endedNotice(count: number): Html {
  return html`<p class="notice good" role="status">
    ${count === 0 ? 'No session was left to end.' : `${counted(count, 'session')} ended.`}
  </p>`;
}
