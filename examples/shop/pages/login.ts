import { html } from '../html.js';
import { adminLogin, demoLogin } from '../users.js';
import type { Page } from './layout.js';

/** @param failed - the login that was typed, if it was wrong */
export function loginPage(failed?: string): Page {
  const isWrong = failed !== undefined;
  return {
    title: 'Log in',
    body: html`<div class="card narrow">
      <h1>Log in</h1>
      ${isWrong && html`<p id="wrong" class="notice bad" role="alert">Wrong login or password.</p>`}
      <form method="post" action="/login" class="column" ${isWrong && html`aria-describedby="wrong"`}>
        <label for="login">Login</label>
        <input id="login" name="login" value="${failed}" autocomplete="username" autocapitalize="none" required />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required />
        <button>Log in</button>
      </form>
      <div class="hint">
        <p>Demo login: <code>${demoLogin.login}</code> and <code>${demoLogin.password}</code></p>
        <p>Admin: <code>${adminLogin.login}</code> and <code>${adminLogin.password}</code></p>
      </div>
    </div>`,
  };
}
