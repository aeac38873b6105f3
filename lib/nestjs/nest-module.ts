import {
  Inject,
  Module,
  Scope,
  type DynamicModule,
  type ExceptionFilter,
  type InjectionToken,
  type NestModule,
  type OptionalFactoryDependency,
  type Provider,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, REQUEST } from '@nestjs/core';
import { session, type SessionMiddleware, type SessionOptions } from '../middleware.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { SessionExceptionFilter } from './nest-filter.js';
import { SESSION, SESSIONS } from './nest-tokens.js';

/**
 * The options of `session(…)`, as modules of Nest accept them.
 *
 * @group Sessions
 */
export type TypedSessionModuleOptions<S extends SessionSchema> = SessionOptions<S>;

/**
 * The options of `forRootAsync`, as in Nest's own modules: `useFactory` gets what `inject` names, and returns the options.
 *
 * @group Sessions
 */
export interface TypedSessionModuleAsyncOptions<S extends SessionSchema> {
  /** Modules whose providers are injected. */
  readonly imports?: DynamicModule['imports'];
  /** The arguments of `useFactory`; `undefined` for a `{ token, optional: true }` that nothing provides. */
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
  /**
   * Returns the options. The compiler only finds misspelt ones if you write out its return type: `():
   * TypedSessionModuleOptions<typeof schema> => ({ … })`.
   */
  readonly useFactory: (...injected: never[]) => TypedSessionModuleOptions<S> | Promise<TypedSessionModuleOptions<S>>;
}

/**
 * Gives every request of a Nest app on Express its session.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common';
 * import { TypedSessionModule } from 'typed-session/nestjs';
 * import { z } from 'zod';
 *
 * const schema = z.object({ userId: z.string().optional() });
 *
 * @Module({
 *   imports: [TypedSessionModule.forRoot({ schema, secret: process.env['SESSION_SECRET'] ?? 'only for development' })],
 * })
 * export class AppModule {}
 * ```
 * @group Sessions
 */
export class TypedSessionModule implements NestModule {
  readonly #sessions: SessionMiddleware<SessionSchema>;
  readonly #host: HttpAdapterHost;

  /** Nest creates the instance. */
  constructor(
    sessions: SessionMiddleware<SessionSchema>,
    config: ApplicationConfig,
    filter: ExceptionFilter,
    host: HttpAdapterHost,
  ) {
    this.#sessions = sessions;
    this.#host = host;
    // Nest tries the filter that was registered last first. The app's filters, `APP_FILTER` included, are registered after all
    // modules exist. So ours is registered first, here, and is tried only if none of the app's filters handles the error.
    config.useGlobalFilters(filter);
  }

  /**
   * The module with these options.
   * @throws SessionOptionsError
   */
  static forRoot<S extends SessionSchema>(options: TypedSessionModuleOptions<S>): DynamicModule {
    return moduleWith({ provide: SESSIONS, useValue: session<S>(options) });
  }

  /**
   * The module with options that depend on other providers, such as a `ConfigService`. If the options are wrong, the app does
   * not start.
   */
  static forRootAsync<S extends SessionSchema>(options: TypedSessionModuleAsyncOptions<S>): DynamicModule {
    const { imports, inject = [], useFactory } = options;
    const made = moduleWith({
      provide: SESSIONS,
      inject: [...inject],
      useFactory: async (...injected: never[]) => session<S>(await useFactory(...injected)),
    });
    return imports === undefined ? made : { ...made, imports };
  }

  /**
   * Nest calls this for every module before it mounts the first middleware of a consumer. The middleware is not mounted through
   * the consumer: before Nest 11.0.7, the middleware of a global module came last, and did not run on every path under a global
   * prefix.
   */
  configure(): void {
    this.#host.httpAdapter.use(this.#sessions);
  }
}
for (const [index, token] of [SESSIONS, ApplicationConfig, SessionExceptionFilter, HttpAdapterHost].entries()) {
  Inject(token)(TypedSessionModule, undefined, index);
}
Module({})(TypedSessionModule);

function moduleWith(sessions: Provider): DynamicModule {
  return {
    module: TypedSessionModule,
    global: true,
    providers: [
      sessions,
      {
        provide: SESSION,
        scope: Scope.REQUEST,
        inject: [REQUEST, SESSIONS],
        useFactory: (request: object, middleware: SessionMiddleware<SessionSchema>) => middleware.load(request),
      },
      SessionExceptionFilter,
    ],
    exports: [SESSIONS, SESSION],
  };
}
