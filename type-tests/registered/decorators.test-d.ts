import express, { type NextFunction, type Request, type Response } from 'express';
import { expectType } from 'tsd';
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

  // The field that was not asked for has a default, so it is there anyway.
  @RequireSession('userId')
  withDefault(req: SessionRequest<'userId' | 'role'>): void {
    expectType<'user' | 'admin'>(req.session.role);
  }

  @RequireSession('userId')
  @RequireSession('role')
  twice(req: SessionRequest): void {
    expectType<string | undefined>(req.session.userId);
  }

  // A type of one's own, for a controller that knows no Express.
  @RequireSession('userId')
  ownType(req: { session: { userId: string } }): string {
    return req.session.userId;
  }

  @RequireSession('userId')
  withTypedResponse(req: SessionRequest<'userId'>, res: Response<{ id: string }>): void {
    expectType<string>(req.session.userId);
    res.json({ id: req.session.userId });
  }

  @RequireSession('userId')
  private hidden(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  @RequireSession('userId')
  protected later(req: SessionRequest<'userId'>): Promise<void> {
    this.hidden(req);
    return req.session.save();
  }

  @RequireSession('userId')
  [Symbol.for('me')](req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
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
app.get('/me', Accepted.onTheClass, accepted.withTypedResponse, accepted.withDefault);
express.Router().get('/me', accepted.me);
expectType<(req: SessionRequest<'userId'>, res: Response) => void>(accepted.me); // its type is as it was

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

  // @ts-expect-error -- asynchronous, and still
  @RequireSession('role')
  async later(req: SessionRequest<'userId' | 'role'>): Promise<void> {
    expectType<string>(req.session.userId);
    await req.session.save();
  }

  // @ts-expect-error -- static, and still
  @RequireSession()
  static onTheClass(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  // @ts-expect-error -- null is not checked away either
  @RequireSession('userId')
  nickname(req: SessionRequest<'nickname'>): void {
    expectType<string>(req.session.nickname);
  }

  // @ts-expect-error -- no such field
  @RequireSession('nope')
  unknownField(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  // @ts-expect-error -- neither decorator checks lastLogin, and each has to check what the request type promises
  @RequireSession('userId')
  // @ts-expect-error -- as above
  @RequireSession('role')
  twice(req: SessionRequest<'userId' | 'lastLogin'>): void {
    expectType<Date>(req.session.lastLogin);
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

// @ts-expect-error -- no such field
RequireSession('nope');
// @ts-expect-error -- not even a name
RequireSession('userId', 5);
