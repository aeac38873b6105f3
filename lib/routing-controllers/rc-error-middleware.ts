import type { NextFunction, Request, Response } from 'express-serve-static-core';
import { HttpError, Middleware, type ExpressErrorMiddlewareInterface } from 'routing-controllers';
import { asHttpError, refusedFields } from './rc-guards.js';

/**
 * Responds as JSON to the errors of this library, with their status. If routing-controllers has already responded, it keeps the
 * error from Express, which would close the connection. For `middlewares` of `createExpressServer`.
 *
 * @example
 * ```ts
 * import { useExpressServer } from 'routing-controllers';
 * import express from 'express';
 * import { SessionErrorMiddleware } from 'typed-session/routing-controllers';
 *
 * export const app = useExpressServer(express(), { middlewares: [SessionErrorMiddleware], controllers: [] });
 * ```
 * @group Errors
 */
export class SessionErrorMiddleware implements ExpressErrorMiddlewareInterface {
  /** routing-controllers calls this. */
  error(error: unknown, _request: Request, response: Response, next: NextFunction): void {
    if (response.headersSent) return; // routing-controllers' own error handling has responded, and passes the error on
    const httpError = asHttpError(error);
    if (!(httpError instanceof HttpError) || !('code' in httpError)) {
      next(error);
      return;
    }
    const { httpCode, name, message, code } = httpError;
    response.status(httpCode).json({ name, message, code, ...refusedFields(httpError) });
  }
}
(Middleware({ type: 'after' }) as ClassDecorator)(SessionErrorMiddleware); // its type is Function
