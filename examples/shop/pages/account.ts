import { html } from '../html.js';
import type { User } from '../users.js';
import type { Page } from './layout.js';

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium', timeZone: 'UTC' });

export interface AccountFacts {
  readonly lastLogin: Date;
  readonly cartCount: number;
  readonly deviceCount: number;
}

export function accountPage(user: User, { lastLogin, cartCount, deviceCount }: AccountFacts): Page {
  return {
    title: 'Account',
    body: html`<h1>Hello, ${user.name}</h1>
      <dl class="card facts">
        <dt>Last login</dt>
        <dd><time datetime="${lastLogin.toISOString()}">${moment.format(lastLogin)} UTC</time></dd>
        <dt>Your login</dt>
        <dd>${user.login}</dd>
        <dt>In your cart</dt>
        <dd><a href="/cart">${cartCount} ${cartCount === 1 ? 'item' : 'items'}</a></dd>
        <dt>Logged in on</dt>
        <dd><a href="/devices">${deviceCount} ${deviceCount === 1 ? 'device' : 'devices'}</a></dd>
      </dl>`,
  };
}
