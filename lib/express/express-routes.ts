import type {
  IRouter,
  ParamsDictionary,
  PathParams,
  Query,
  RequestHandler,
  Response,
  RouteParameters,
} from 'express-serve-static-core';
import type { OnlyRead } from '../guards/narrowing.js';
import type { AnyGuardMiddleware, GuardFacts, PlainGuard } from './guard-types.js';

/** What the handlers behind a guard may rely on; of a union of guards, what one of them has checked. */
type Behind<G> =
  G extends GuardFacts<infer Adds, infer Mode> ? Adds & (Mode extends 'readonly' ? OnlyRead : unknown) : never;

/**
 * A handler behind guards that add `Adds`, or one more guard.
 * @internal
 */
export type HandlerBehind<P, ResBody, ReqBody, ReqQuery, Adds> =
  RequestHandler<P, ResBody, ReqBody, ReqQuery, Response['locals'] & Adds> | PlainGuard;

/**
 * A middleware or a guard before another guard, which decides whether the session is readonly.
 * @internal
 */
export type HandlerBefore<P, ResBody, ReqBody, ReqQuery, Adds, Before = unknown> =
  RequestHandler<P, ResBody, ReqBody, ReqQuery, Response['locals'] & Before> | GuardFacts<Adds>;

type ParamsOf<Path> = Path extends string ? RouteParameters<Path> : Path extends RegExp ? FlatParams : ParamsDictionary;

/** As Express types the parameters of a path that is a regular expression: its groups, by name or number. */
type FlatParams = Record<string | number, string>;

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars -- these must be Express's own type parameters and defaults */
// Express's own types hand on to a handler what one middleware of the same call adds, and in `app.use(…)` without a path and
// `app.route(…)` not even that. These overloads come before Express's own, for calls that have a guard of this library.
declare module 'express-serve-static-core' {
  interface IRouterMatcher<T, Method> {
    <
      G extends AnyGuardMiddleware,
      Path extends PathParams,
      A1 = unknown,
      A2 = unknown,
      A3 = unknown,
      A4 = unknown,
      A5 = unknown,
      P = ParamsOf<Path>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
    >(
      path: Path,
      h1: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A1>,
      h2: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A2, A1>,
      h3: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A3, A1 & A2>,
      h4: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A4, A1 & A2 & A3>,
      h5: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A5, A1 & A2 & A3 & A4>,
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & A4 & A5 & Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & A4 & A5 & Behind<G>>[]
    ): T;
    <
      G extends AnyGuardMiddleware,
      Path extends PathParams,
      A1 = unknown,
      A2 = unknown,
      A3 = unknown,
      A4 = unknown,
      P = ParamsOf<Path>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
    >(
      path: Path,
      h1: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A1>,
      h2: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A2, A1>,
      h3: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A3, A1 & A2>,
      h4: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A4, A1 & A2 & A3>,
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & A4 & Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & A4 & Behind<G>>[]
    ): T;
    <
      G extends AnyGuardMiddleware,
      Path extends PathParams,
      A1 = unknown,
      A2 = unknown,
      A3 = unknown,
      P = ParamsOf<Path>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
    >(
      path: Path,
      h1: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A1>,
      h2: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A2, A1>,
      h3: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A3, A1 & A2>,
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & Behind<G>>[]
    ): T;
    <
      G extends AnyGuardMiddleware,
      Path extends PathParams,
      A1 = unknown,
      A2 = unknown,
      P = ParamsOf<Path>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
    >(
      path: Path,
      h1: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A1>,
      h2: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A2, A1>,
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & Behind<G>>[]
    ): T;
    <
      G extends AnyGuardMiddleware,
      Path extends PathParams,
      A1 = unknown,
      P = ParamsOf<Path>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
    >(
      path: Path,
      h1: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A1>,
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & Behind<G>>[]
    ): T;
    <
      G extends AnyGuardMiddleware,
      Path extends PathParams,
      P = ParamsOf<Path>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
    >(
      path: Path,
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, Behind<G>>[]
    ): T;
    (path: PathParams, guard: AnyGuardMiddleware, router: IRouter): T;
    (path: PathParams, guard: AnyGuardMiddleware, ...guards: AnyGuardMiddleware[]): T;
  }

  interface IRouterHandler<T, Route> {
    <
      G extends AnyGuardMiddleware,
      A1 = unknown,
      A2 = unknown,
      A3 = unknown,
      A4 = unknown,
      A5 = unknown,
      P = RouteParameters<Route>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
    >(
      h1: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A1>,
      h2: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A2, A1>,
      h3: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A3, A1 & A2>,
      h4: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A4, A1 & A2 & A3>,
      h5: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A5, A1 & A2 & A3 & A4>,
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & A4 & A5 & Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & A4 & A5 & Behind<G>>[]
    ): T;
    <
      G extends AnyGuardMiddleware,
      A1 = unknown,
      A2 = unknown,
      A3 = unknown,
      A4 = unknown,
      P = RouteParameters<Route>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
    >(
      h1: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A1>,
      h2: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A2, A1>,
      h3: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A3, A1 & A2>,
      h4: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A4, A1 & A2 & A3>,
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & A4 & Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & A4 & Behind<G>>[]
    ): T;
    <
      G extends AnyGuardMiddleware,
      A1 = unknown,
      A2 = unknown,
      A3 = unknown,
      P = RouteParameters<Route>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
    >(
      h1: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A1>,
      h2: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A2, A1>,
      h3: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A3, A1 & A2>,
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & A3 & Behind<G>>[]
    ): T;
    <
      G extends AnyGuardMiddleware,
      A1 = unknown,
      A2 = unknown,
      P = RouteParameters<Route>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
    >(
      h1: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A1>,
      h2: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A2, A1>,
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & A2 & Behind<G>>[]
    ): T;
    <
      G extends AnyGuardMiddleware,
      A1 = unknown,
      P = RouteParameters<Route>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
    >(
      h1: HandlerBefore<P, ResBody, ReqBody, ReqQuery, A1>,
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, A1 & Behind<G>>[]
    ): T;
    <G extends AnyGuardMiddleware, P = RouteParameters<Route>, ResBody = any, ReqBody = any, ReqQuery = Query>(
      guard: G,
      handler: HandlerBehind<P, ResBody, ReqBody, ReqQuery, Behind<G>>,
      ...handlers: HandlerBehind<P, ResBody, ReqBody, ReqQuery, Behind<G>>[]
    ): T;
    (guard: AnyGuardMiddleware, router: IRouter): T;
    (guard: AnyGuardMiddleware, ...guards: AnyGuardMiddleware[]): T;
  }
}
/* eslint-enable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars */
