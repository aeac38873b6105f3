import { html, type Html } from '../html.js';
import type { User } from '../users.js';
import type { Page } from './layout.js';

export interface UserRow {
  readonly user: User;
  /** How many sessions the user has. */
  readonly devices: number;
  /** Whether it is the admin who looks at the page. */
  readonly isSelf: boolean;
}

export function adminPage(rows: readonly UserRow[]): Page {
  return {
    title: 'Users',
    body: html`<h1>Users</h1>
      <p class="lead">Only admins see this page.</p>
      <ul class="card lines">
        ${rows.map(userLine)}
      </ul>`,
  };
}

function userLine({ user, devices, isSelf }: UserRow): Html {
  return html`<li>
    <div class="what">
      <span><b>${user.name}</b> ${user.role === 'admin' && html`<span class="tag">Admin</span>`}</span>
      <small
        >${devices === 0 ? 'Not logged in' : `Logged in on ${devices} ${devices === 1 ? 'device' : 'devices'}`}</small
      >
    </div>
    ${
      devices > 0 &&
      !isSelf &&
      html`<form method="post" action="/admin/users/${user.id}/revoke">
        <button class="quiet">Log out everywhere<span class="hidden">: ${user.name}</span></button>
      </form>`
    }
  </li>`;
}
