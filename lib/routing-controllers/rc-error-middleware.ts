import type { NextFunction, Request, Response } from 'express-serve-static-core';
import { HttpError, Middleware, type ExpressErrorMiddlewareInterface } from 'routing-controllers';
import { asHttpError, refusedFields } from './rc-guards.js';

/**
 * Answers what the library refuses as JSON, by its status, and keeps what routing-controllers has answered already from
 * Express, which would cut the connection. For `middlewares` of `createExpressServer`.
 *
 * @example
 * ```ts
 * import { useExpressServer } from 'routing-controllers';
 * import express from 'express';
 * import { SessionErrorMiddleware } from 'typed-session/routing-controllers';
 *
 * export const app = useExpressServer(express(), { middlewares: [SessionErrorMiddleware], controllers: [] });
 * ```
 */
export class SessionErrorMiddleware implements ExpressErrorMiddlewareInterface {
  /** Called by routing-controllers. */
  error(error: unknown, _request: Request, response: Response, next: NextFunction): void {
    if (response.headersSent) return; // routing-controllers' own error handling has answered, and passes the error on
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
