import express, { type NextFunction, type Request, type Response } from 'express';
import { expectError, expectType } from 'tsd';
import { RequireSession, requireSession, type SessionRequest } from 'typed-session';
import './schema.js';

class Accepted {
  @RequireSession('userId')
  me(req: SessionRequest<'userId'>, res: Response): void {
    expectType<string>(req.session.userId);
    res.end();
  }

  @RequireSession('userId', 'lastLogin')
  async fewer(req: SessionRequest<'userId'>, res: Response, next: NextFunction): Promise<void> {
    await req.session.save();
    res.end();
    next();
  }

  @RequireSession('userId')
  withParams(req: SessionRequest<'userId', { id: string }>): string {
    return req.params.id;
  }

  @RequireSession('userId')
  plainRequest(req: Request): void {
    expectType<string | undefined>(req.session.userId);
  }

  @RequireSession()
  anySession(req: SessionRequest): void {
    expectType<string | undefined>(req.session.userId);
  }

  @RequireSession('role')
  nothing(): void {
    // needs no request
  }

  @RequireSession('userId')
  static onTheClass(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }
}

const app = express();
const accepted = new Accepted();
app.get('/me', accepted.me);
app.get('/me', requireSession('userId'), accepted.me);
app.get('/me', accepted.fewer, accepted.plainRequest, accepted.nothing);
app.get('/me/:id', accepted.withParams);

export class Refused {
  // @ts-expect-error -- the method takes lastLogin for granted, which the decorator does not check
  @RequireSession('userId')
  more(req: SessionRequest<'userId' | 'lastLogin'>): void {
    expectType<Date>(req.session.lastLogin);
  }

  // @ts-expect-error -- the decorator checks no field
  @RequireSession()
  none(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  // @ts-expect-error -- another field
  @RequireSession('role')
  other(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  // @ts-expect-error -- a type of one's own that promises what the schema does not
  @RequireSession('userId')
  own(req: { session: { userId: number } }): void {
    expectType<number>(req.session.userId);
  }

  // @ts-expect-error -- a property is no method
  @RequireSession('userId')
  property = 5;

  // @ts-expect-error -- an accessor is no method
  @RequireSession('userId')
  get accessor(): number {
    return this.property;
  }
}

// @ts-expect-error -- a class is no method
@RequireSession('userId')
export class Whole {
  property = 5;
}

expectError(RequireSession('nope'));
expectError(RequireSession('userId', 5));
