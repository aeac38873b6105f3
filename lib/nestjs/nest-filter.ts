import { Catch, HttpException, Inject, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ApplicationConfig, BaseExceptionFilter, Reflector } from '@nestjs/core';
import { SessionError } from '../errors.js';
import { inNest } from './nest-guards.js';

const logger = new Logger('TypedSession');

/** The key under which `@Catch(…)` stores what a filter takes. */
const CAUGHT = '__filterCatchExceptions__';

/**
 * Responds to an error of this library with its status, if no filter of the app handles it. If a global filter handles Nest's
 * exceptions, that filter responds.
 */
export class SessionExceptionFilter extends BaseExceptionFilter {
  readonly #config: ApplicationConfig;

  constructor(config: ApplicationConfig) {
    super();
    this.#config = config;
  }

  override catch(error: SessionError, host: ArgumentsHost): unknown {
    const exception = inNest(error);
    const answered = exception instanceof HttpException ? exception : this.#httpException(error);
    const filter = this.#ofApp(answered);
    if (filter !== undefined) return filter.catch(answered, host);
    super.catch(answered, host);
    return undefined;
  }

  #httpException(error: SessionError): HttpException {
    const { status, code, expose } = error;
    if (status >= 500) logger.error(error.message, error.stack); // as Nest does with errors that it does not know
    const message = expose ? error.message : 'Internal Server Error';
    return new HttpException({ statusCode: status, message, code }, status, { cause: error });
  }

  /** The global filter that Nest would use if the handler had thrown this exception. */
  #ofApp(exception: HttpException): ExceptionFilter | undefined {
    const reflector = new Reflector();
    const takes = ({ constructor }: ExceptionFilter) =>
      reflector
        .get<(abstract new () => unknown)[] | undefined>(CAUGHT, constructor)
        ?.some((type) => exception instanceof type);
    return [...this.#config.getGlobalFilters()].reverse().find(takes);
  }
}
Catch(SessionError)(SessionExceptionFilter);
Inject(ApplicationConfig)(SessionExceptionFilter, undefined, 0);
