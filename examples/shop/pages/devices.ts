import type { ListedSession } from 'typed-session';
import { html, type Html } from '../html.js';
import type { sessionSchema } from '../session.js';
import type { Page } from './layout.js';
import { ago } from './times.js';

type Device = ListedSession<typeof sessionSchema>;

export function devicesPage(devices: readonly Device[]): Page {
  return {
    title: 'Devices',
    body: html`<h1>Your devices</h1>
      <p class="lead">Every browser in which you are logged in. If you do not recognise one, log it out.</p>
      <ul class="card lines">
        ${devices.map(deviceLine)}
      </ul>
      ${
        devices.length > 1 &&
        html`<form method="post" action="/devices/revoke-others" class="row end">
          <a href="/account">Back to your account</a>
          <button>Log out all other devices</button>
        </form>`
      }`,
  };
}

function deviceLine({ key, payload, createdAt, lastUsedAt, isCurrent }: Device): Html {
  const name = payload?.device ?? 'Unknown device';
  return html`<li>
    <div class="what">
      <span><b>${name}</b> ${isCurrent && html`<span class="tag">This device</span>`}</span>
      <small>Logged in ${ago(createdAt)}, last used ${ago(lastUsedAt)}</small>
    </div>
    <form method="post" action="${isCurrent ? '/logout' : `/devices/${key}/revoke`}">
      <button class="quiet">Log out<span class="hidden"> ${name}</span></button>
    </form>
  </li>`;
}
