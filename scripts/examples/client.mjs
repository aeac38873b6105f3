// @ts-check
import assert from 'node:assert/strict';
import { URL, URLSearchParams } from 'node:url';

const SECONDS = 30;

/** A client that keeps its cookies, and does not follow redirects by itself. */
export class Client {
  /** @type {Map<string, string>} */
  cookies = new Map();

  /** @param {string} base */
  constructor(base) {
    this.base = base;
  }

  /** The `Cookie` header. */
  get cookie() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /**
   * Sends a GET, or a POST if there is a form or JSON.
   *
   * @param {string} path
   * @param {{ method?: string, form?: Record<string, string>, json?: object, headers?: Record<string, string> }} [options]
   */
  async send(path, { form, json, method = (form ?? json) ? 'POST' : 'GET', headers = {} } = {}) {
    const response = await fetch(new URL(path, this.base), {
      method,
      headers: { ...(json && { 'Content-Type': 'application/json' }), Cookie: this.cookie, ...headers },
      ...(form && { body: new URLSearchParams(form) }),
      ...(json && { body: JSON.stringify(json) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = '', attributes = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? [];
      if (value === '' || /max-age=0(;|$)/i.test(attributes)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const { status, headers: received } = response;
    const body = await response.text();
    return { status, headers: received, location: received.get('location'), body };
  }

  /** Sends a request, expects a status below 300, and returns the JSON. @param {Parameters<Client['send']>} request */
  async json(...request) {
    const { status, body } = await this.send(...request);
    assert.ok(status < 300, `${request[0]} responded with ${status}: ${body}`);
    return body === '' ? undefined : JSON.parse(body);
  }

  /** Sends a form, expects a redirect, and follows it. @param {string} path @param {Record<string, string>} form */
  async submit(path, form) {
    const response = await this.send(path, { form });
    assert.equal(response.status, 303, `POST ${path} responded with ${response.status}`);
    return { to: response.location, ...(await this.send(response.location ?? '')) };
  }
}
