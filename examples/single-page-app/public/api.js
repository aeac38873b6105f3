import { askForLogin } from './login.js';

/**
 * Calls the JSON API. If the response is a 401, the user logs in, and the call is sent again. So a session that has
 * expired or was revoked loses nothing of what the user typed.
 *
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
export async function call(method, path, body) {
  for (;;) {
    const response = await send(method, path, body);
    if (response.status !== 401) return read(response);
    await askForLogin('Log in to continue.');
  }
}

/** The same without the login: for the calls that log in and out. */
export async function callOnce(method, path, body) {
  return read(await send(method, path, body));
}

function send(method, path, body) {
  return fetch(`/api${path}`, {
    method,
    // The cookie is sent by the browser. It is HttpOnly, so no script can read it.
    credentials: 'same-origin',
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

async function read(response) {
  const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
  const body = isJson ? await response.json() : undefined;
  if (response.ok) return body;
  throw new Error(body?.detail ?? `The server responded with ${response.status}.`);
}
