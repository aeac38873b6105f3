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
import type { SessionSchema } from '../schema/types.js';
import { SessionExceptionFilter } from './nest-filter.js';
import { SESSION, SESSIONS } from './nest-tokens.js';

/** The options of `session(…)`, as Nest's modules take them. */
export type TypedSessionModuleOptions<S extends SessionSchema> = SessionOptions<S>;

/** The options of `forRootAsync`: a function that gets what `inject` names returns the options, as in Nest's own modules. */
export interface TypedSessionModuleAsyncOptions<S extends SessionSchema> {
  /** Modules whose providers are injected. */
  readonly imports?: DynamicModule['imports'];
  /** What `useFactory` is called with; `undefined` for a `{ token, optional: true }` that nothing provides. */
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
  /**
   * Returns the options. The compiler looks for misspelt ones if its return type is written out:
   * `(): TypedSessionModuleOptions<typeof schema> => ({ … })`.
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
 */
export class TypedSessionModule implements NestModule {
  readonly #sessions: SessionMiddleware<SessionSchema>;
  readonly #host: HttpAdapterHost;

  /** Made by Nest. */
  constructor(
    sessions: SessionMiddleware<SessionSchema>,
    config: ApplicationConfig,
    filter: ExceptionFilter,
    host: HttpAdapterHost,
  ) {
    this.#sessions = sessions;
    this.#host = host;
    // Nest tries the filter that was registered last first. The app's filters, `APP_FILTER` too, are registered when all
    // modules are made. So ours is registered first here, and is tried if none of the app's filters takes the error.
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
   * The module with options that other providers have a part in, such as a `ConfigService`. What is wrong with them stops
   * the start.
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
   * Called by Nest, for every module before it mounts the first middleware of a consumer. The middleware is not mounted
   * through the consumer: before Nest 11.0.7, a global module's came last, and not on every path under a global prefix.
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
