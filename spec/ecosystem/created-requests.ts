import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { Express } from 'express';
import { inject } from 'light-my-request';
import { createRequest, createResponse } from 'node-mocks-http';
import request from 'supertest';
import { ServerlessAdapter } from '@h4ad/serverless-adapter';
import { ApiGatewayV2Adapter } from '@h4ad/serverless-adapter/adapters/aws';
import { ExpressFramework } from '@h4ad/serverless-adapter/frameworks/express';
import { DefaultHandler } from '@h4ad/serverless-adapter/handlers/default';
import { PromiseResolver } from '@h4ad/serverless-adapter/resolvers/promise';

const load = createRequire(import.meta.url); // these packages have no types of their own, or name types of AWS

/** What a client got. */
export interface Got {
  readonly status: number;
  readonly body: string;
  /** The cookie to send next time, without its attributes. */
  readonly cookie: string | undefined;
}

/** Sends an app one GET request, with a Cookie header or without, and returns what it answers. */
export type Ask = (app: Express, path: string, cookie?: string) => Promise<Got>;

interface LambdaResult {
  readonly statusCode: number;
  readonly body: string;
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
}
type Handler = (event: object, context: object, callback?: () => void) => Promise<LambdaResult>;

/** An event of AWS's HTTP API, as it is sent to a function. */
function eventOf(path: string, cookie: string | undefined): object {
  const http = { method: 'GET', path, sourceIp: '192.0.2.1', protocol: 'HTTP/1.1', userAgent: 'spec' };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'app.example', ...(cookie === undefined ? {} : { cookie }) },
    ...(cookie === undefined ? {} : { cookies: [cookie] }),
    requestContext: { accountId: '1', apiId: 'a', domainName: 'app.example', requestId: '1', stage: '$default', http },
    isBase64Encoded: false,
  };
}

function onLambda(handlerOf: (app: Express) => Handler): Ask {
  return async (app, path, cookie) => {
    const result = await handlerOf(app)(eventOf(path, cookie), {}, () => undefined);
    const set = result.cookies ?? result.multiValueHeaders?.['set-cookie'] ?? result.headers?.['set-cookie'];
    return { status: result.statusCode, body: result.body, cookie: firstCookie(set) };
  };
}

function firstCookie(set: unknown): string | undefined {
  const first: unknown = Array.isArray(set) ? set[0] : set;
  return typeof first === 'string' ? first.split(';', 1)[0] : undefined;
}

type Codegenie = (options: { app: Express }) => Handler;

/** Every package that calls an app without a connection of its own, and supertest, which opens one. */
export const hosts: Readonly<Record<string, Ask>> = {
  'serverless-http': onLambda((app) => (load('serverless-http') as (app: Express) => Handler)(app)),
  '@codegenie/serverless-express': onLambda((app) => (load('@codegenie/serverless-express') as Codegenie)({ app })),
  '@vendia/serverless-express': onLambda((app) => (load('@vendia/serverless-express') as Codegenie)({ app })),
  '@h4ad/serverless-adapter': onLambda(
    (app) =>
      ServerlessAdapter.new(app)
        .setFramework(new ExpressFramework())
        .setHandler(new DefaultHandler())
        .setResolver(new PromiseResolver())
        .addAdapter(new ApiGatewayV2Adapter())
        .build() as Handler,
  ),
  'node-mocks-http': async (app, path, cookie) => {
    const headers = cookie === undefined ? {} : { cookie };
    const given = createRequest({ method: 'GET', url: path, headers });
    const response = createResponse({ req: given, eventEmitter: EventEmitter });
    const ended = once(response, 'end');
    app(given as never, response as never); // they stand in for Express's
    await ended;
    const set = response.getHeader('Set-Cookie') as unknown;
    return { status: response.statusCode, body: String(response._getData()), cookie: firstCookie(set) };
  },
  supertest: async (app, path, cookie) => {
    const server = createServer(app as never); // an app is a listener
    try {
      const result = await request(server)
        .get(path)
        .set(cookie === undefined ? {} : { cookie });
      return { status: result.status, body: result.text, cookie: firstCookie(result.headers['set-cookie']) };
    } finally {
      server.close();
    }
  },
  // Last: for an app of Express it puts its own classes below `express.request` and `express.response`, for good.
  'light-my-request': async (app, path, cookie) => {
    const headers = cookie === undefined ? {} : { cookie };
    const result = await inject(app as never, { method: 'GET', url: path, headers }); // an app is a listener
    return { status: result.statusCode, body: result.body, cookie: firstCookie(result.headers['set-cookie']) };
  },
};
