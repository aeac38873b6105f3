import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type express from 'express';
import { type Express } from 'express';
import { onTestFinished } from 'vitest';
import { MemoryStore, session, type SessionMiddleware, type SessionStore } from 'typed-session';
import { inspector, type Inspector, type InspectorOptions } from 'typed-session/inspector';
import { sessionCookie } from 'typed-session/testing';
import { z } from 'zod';
import { makeApp, type Client } from '../support/app.js';

export const inspectedSchema = z.object({
  userId: z.string().optional(),
  role: z.enum(['user', 'admin']).default('user'),
  cart: z.array(z.object({ sku: z.string(), qty: z.int() })).default([]),
  note: z.string().optional(),
  seen: z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() }).optional(), // prettier-ignore
  token: z.string().meta({ sensitive: true }).optional(),
});

export type InspectedSchema = typeof inspectedSchema;

type Options = Partial<Parameters<typeof session<InspectedSchema>>[0]>;

/** A response to a request that was sent with any headers. */
export interface Response {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

export interface InspectedApp {
  readonly base: string;
  readonly sessions: SessionMiddleware<InspectedSchema>;
  readonly store: SessionStore;
  readonly handler: Inspector;
  /** The operator's cookie. */
  readonly admin: string;
  /** GET a page of the inspector as the operator. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Send a form as the operator's browser does. */
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
}

interface Setup {
  readonly session?: Options;
  readonly inspector?: Partial<InspectorOptions<InspectedSchema>>;
  readonly before?: (app: Express) => void;
  readonly routes?: (app: Express, sessions: SessionMiddleware<InspectedSchema>) => void;
  readonly make?: typeof express;
}

/** An app with an inspector at `/inspect/`. */
export async function openInspected(setup: Setup = {}): Promise<InspectedApp> {
  const store = (setup.session?.store as SessionStore | undefined) ?? new MemoryStore();
  const options = { secret: 'keep it', name: 'sid', principal: 'userId' as const, cookie: { secure: false } };
  const sessions = session({ schema: inspectedSchema, ...options, ...setup.session, store });
  const handler = inspector(sessions, {
    authorize: (req) => sessions.of(req).role === 'admin',
    ...setup.inspector,
  });
  onTestFinished(() => {
    handler.close();
  });
  const client: Client = await makeApp((app) => {
    setup.before?.(app);
    app.use(sessions);
    setup.routes?.(app, sessions);
    app.use('/inspect', handler);
  }, setup.make);
  const admin = await sessionCookie(sessions, { userId: 'root', role: 'admin' });
  const own = (headers: Record<string, string>) => ({ cookie: admin, ...headers });
  return {
    base: client.base,
    sessions,
    store,
    handler,
    admin,
    get: (path, headers = {}) => send('GET', `${client.base}/inspect/${path}`, own(headers)),
    post: (path, form, headers = { 'sec-fetch-site': 'same-origin' }) => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const body = new URLSearchParams(form).toString();
      return send('POST', `${client.base}/inspect/${path}`, own({ ...type, ...headers }), body);
    },
  };
}

/** Sends a request with any headers, which `fetch` would not. */
export function send(method: string, url: string, headers: Record<string, string>, body?: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The text of a page without its markup. */
export function textOf(page: string): string {
  const text = page.slice(page.indexOf('<main')).replace(/<[^>]*>/g, ' ');
  return decode(text).replace(/\s+/g, ' ').trim();
}

/** The address of the first link whose text contains this one. */
export function linkTo(page: string, text: string): string {
  for (const [, href = '', content = ''] of page.matchAll(/<a[^>]*href="([^"]*)"[^>]*>([\s\S]*?)<\/a/g)) {
    if (
      content
        .replace(/<[^>]*>/g, '')
        .trim()
        .includes(text)
    )
      return decode(href);
  }
  throw new Error(`The page has no link ${text}: ${textOf(page)}`);
}

/** The hidden fields of the first form whose button has this text. */
export function formOf(page: string, button: RegExp): Record<string, string> {
  const forms = [...page.matchAll(/<form[^>]*>([\s\S]*?)<\/form>/g)].map(([whole]) => whole);
  const form = forms.find((whole) => button.test(/<button[^>]*>([\s\S]*?)<\/button>/.exec(whole)?.[1]?.trim() ?? ''));
  if (form === undefined) throw new Error(`The page has no form with the button ${String(button)}`);
  const fields = [...form.matchAll(/name="([^"]*)"\s+value="([^"]*)"/g)];
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, decode(value)]));
}

/** The page of the first session in a list. */
export async function openFirst(app: InspectedApp, list: string): Promise<string> {
  const { status, text } = await app.get(linkTo(list, /<code>([\w-]{16})</.exec(list)?.[1] ?? 'a handle'));
  if (status !== 200) throw new Error(`The page of the session has the status ${status}.`);
  return text;
}

function decode(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}
