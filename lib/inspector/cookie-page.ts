import type { CheckStep, CookieVerdict } from './cookie-check.js';
import { html, type Html } from './inspector-html.js';

/** The page that checks a cookie. The cookie itself is never part of a page: it is a credential. */
export function cookieContent(
  names: readonly string[],
  verdict: CookieVerdict | undefined,
  session: { readonly href: string; readonly handle: string } | undefined,
): Html {
  return html`${verdict && result(verdict, session)}
    <form method="post" action="cookie" class="cookie">
      <label for="cookie">The cookie</label>
      <p class="hint" id="cookie-hint">
        Paste the value of the cookie <code>${names[0]}</code>, or a whole <code>Cookie</code> or
        <code>Set-Cookie</code> header. The check changes nothing. The cookie is not logged and not shown again.
      </p>
      <textarea
        id="cookie"
        name="cookie"
        rows="4"
        required
        maxlength="16384"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        aria-describedby="cookie-hint"
      ></textarea>
      <button>Check</button>
    </form>`;
}

function result(verdict: CookieVerdict, session: { readonly href: string; readonly handle: string } | undefined): Html {
  const { outcome, steps, advice } = verdict;
  return html`<section class="result ${outcome === 'found' ? 'good' : 'bad'}" aria-labelledby="result" role="status">
    <h2 id="result">${outcome === 'found' ? 'The cookie is accepted' : html`Refused: <code>${outcome}</code>`}</h2>
    <ol class="steps">
      ${steps.map(item)}
    </ol>
    <p>${advice}</p>
    ${
      session &&
      html`<p>
        <a href="${session.href}">Show the session <code>${session.handle}</code></a>
      </p>`
    }
  </section>`;
}

function item({ name, passed, result: text }: CheckStep): Html {
  return html`<li class="${passed ? 'passed' : 'failed'}">
    <strong>${name}</strong> <span class="badge">${passed ? 'passed' : 'failed'}</span> ${text}
  </li>`;
}
