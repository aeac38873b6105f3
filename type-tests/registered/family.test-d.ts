import express, { type Request, type Response } from 'express';
import { expectError, expectType } from 'tsd';
import {
  AllowAnonymous,
  byAccept,
  CurrentSession,
  DestroySession,
  problem,
  redirect,
  requireAnonymous,
  RequireAnonymous,
  RequireSession,
  requireSession,
  RotateSession,
  session,
  sessionRequirements,
  SessionValue,
  type ReadonlyDate,
  type ReadonlySession,
  type ReadonlySessionRequest,
  type Session,
  type SessionRequest,
} from 'typed-session';
import { sessionSchema } from './schema.js';

const app = express();

// Classes: every public method may rely on what the class's decorator checks, and on no more.
@RequireSession('userId')
class Accepted {
  me(req: SessionRequest<'userId'>, res: Response): void {
    expectType<string>(req.session.userId);
    res.end();
  }

  plain(req: Request, res: Response): void {
    expectType<string | undefined>(req.session.userId);
    res.end();
  }

  @AllowAnonymous()
  prices(_req: Request, res: Response): void {
    res.end();
  }

  @RequireSession('userId', { role: 'admin' })
  async more(req: SessionRequest<'userId'>): Promise<void> {
    await req.session.save();
  }

  // Nobody but the class itself calls it.
  private helper(req: SessionRequest<'lastLogin'>): Date {
    return req.session.lastLogin;
  }
}
app.get('/me', new Accepted().me, new Accepted().prices);

@RequireSession({ role: 'admin' })
@RequireSession()
export abstract class Several {
  abstract me(req: SessionRequest): void;
}

// @ts-expect-error -- the methods that it inherits rely on userId
@AllowAnonymous()
export class Loosened extends Accepted {}

@RequireAnonymous({ onPresent: redirect('/') })
export class Login {
  form(req: Request): void {
    expectType<string | undefined>(req.session.userId);
  }
}

// @ts-expect-error -- the method takes lastLogin for granted, which the class's decorator does not check
@RequireSession('userId')
export class Refused {
  me(req: SessionRequest<'userId' | 'lastLogin'>): void {
    expectType<Date>(req.session.lastLogin);
  }
}

// @ts-expect-error -- nobody is signed in there
@RequireAnonymous()
export class RefusedAnonymous {
  me(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }
}

// @ts-expect-error -- a readonly session is for methods
@RequireSession.readonly('userId')
export class RefusedReadonly {}

// @ts-expect-error -- so is a new id
@RotateSession()
export class RefusedRotate {}

// Questions of one's own: a type predicate narrows.
type Buyer = Session & { userId: string };
declare function isBuyer(session: { userId?: string | undefined }): session is Buyer;
app.get('/', requireSession((s) => s.cart.length > 0), (req) => {
  expectType<string | undefined>(req.session.userId);
}); // prettier-ignore
app.get(
  '/',
  requireSession('lastLogin', (s) => s.cart.length > 0, { role: 'admin' }),
  (req) => {
    expectType<Date>(req.session.lastLogin);
    expectType<'admin'>(req.session.role);
  },
);
app.get(
  '/',
  requireSession((s): s is typeof s & { userId: 'ann' } => s.userId === 'ann'),
  (req) => {
    expectType<'ann'>(req.session.userId);
  },
);
app.get('/', requireSession(isBuyer), (req) => {
  expectType<string>(req.session.userId);
});
function buys(req: SessionRequest<typeof isBuyer>): void {
  expectType<string>(req.session.userId);
}
app.get('/', buys);
expectError(requireSession((s) => s.nope));
expectError(requireSession(async (s) => s.cart.length > 0));
expectError(requireSession((s) => s.cart.length));
expectError(requireSession({ role: 'admin' }, { role: 'user' }));
expectError(RequireSession({ role: 'admin' }, { role: 'user' }));

export class Predicates {
  @RequireSession((s) => s.cart.length > 0)
  checkout(req: SessionRequest): void {
    expectType<string | undefined>(req.session.userId);
  }

  @RequireSession(isBuyer)
  narrowed(req: SessionRequest<typeof isBuyer>): void {
    expectType<string>(req.session.userId);
  }

  // @ts-expect-error -- a question that is no type predicate promises nothing
  @RequireSession((s) => s.cart.length > 0)
  promises(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  // @ts-expect-error -- the request promises another role than the decorator asks for
  @RequireSession({ role: 'user' })
  contradicts(req: SessionRequest<{ role: 'admin' }>): void {
    expectType<'admin'>(req.session.role);
  }
}

// What happens to those who lack something.
requireSession({ onMissing: redirect('/login') });
RequireSession('userId', { onMissing: problem });
requireSession('userId', {
  onMissing: (error, req, res, next) => {
    expectType<401 | 403>(error.status);
    expectType<string>(req.path);
    res.redirect('/');
    next(error);
  },
});
app.get('/', requireSession('userId', { onMissing: byAccept({ html: redirect('/login'), json: problem }) }), (req) => {
  expectType<string>(req.session.userId);
});
session({ schema: sessionSchema, secret: 's', onMissing: redirect('/login') });
expectError(session({ schema: sessionSchema, secret: 's', onMissing: '/login' }));
requireSession({ role: 'admin' }, { onForbidden: problem });
requireSession({ role: 'admin' }, { onMissing: redirect('/login'), onForbidden: problem });
RequireSession({ role: 'admin' }, { onForbidden: problem });
app.get('/', requireSession('userId', { onForbidden: problem }), (req) => {
  expectType<string>(req.session.userId);
});
session({ schema: sessionSchema, secret: 's', onForbidden: problem });
expectError(session({ schema: sessionSchema, secret: 's', onForbidden: '/login' }));
expectError(requireSession({ onForbidden: '/login' }));
expectError(requireSession({ onMissing: '/login' }));
expectError(byAccept({ html: redirect('/login') }));
app.get('/login', requireAnonymous(), requireAnonymous({ onPresent: redirect('/') }));
expectError(requireAnonymous({ onMissing: redirect('/') }));

// A session that is only read.
app.get('/', requireSession.readonly('userId'), (req) => {
  expectType<string>(req.session.userId);
  expectType<string>(req.session.id);
  expectType<readonly { readonly sku: string; readonly qty: number }[]>(req.session.cart);
  expectType<ReadonlyDate | undefined>(req.session.lastLogin);
  expectError((req.session.userId = 'x'));
  expectError(req.session.cart.push({ sku: 'x', qty: 1 }));
  expectError(req.session.save());
  expectError(req.session.rotate());
});
app.get('/:id', requireSession.readonly(), (req, res) => {
  expectType<string | undefined>(req.session.userId);
  expectType<string>(req.params.id);
  res.json(req.session);
});
function reads(req: ReadonlySessionRequest<'userId', { id: string }>, res: Response): void {
  expectType<string>(req.session.userId);
  expectType<string>(req.params.id);
  expectError((req.session.userId = 'x'));
  res.end();
}
app.get('/:id', reads);
expectError(requireSession.readonly('nope'));

export class Reads {
  @RequireSession.readonly('userId')
  me(req: ReadonlySessionRequest<'userId'>, res: Response): void {
    expectType<string>(req.session.userId);
    res.end();
  }

  // @ts-expect-error -- it would change what it is only given to read
  @RequireSession.readonly('userId')
  changes(req: SessionRequest<'userId'>): void {
    req.session.userId = 'x';
  }

  // @ts-expect-error -- it takes lastLogin for granted
  @RequireSession.readonly('userId')
  more(req: ReadonlySessionRequest<'lastLogin'>): void {
    expectType<ReadonlyDate>(req.session.lastLogin);
  }

  // Parameters that decorators of the legacy dialect give.
  @RequireSession.readonly()
  given(session: ReadonlySession, narrowed: ReadonlySession<{ userId: string }>, body: { userId?: string }): void {
    expectType<string | undefined>(session.userId);
    expectType<string>(narrowed.userId);
    expectError((session.userId = body.userId));
  }

  @RequireSession.readonly()
  others(a: unknown, b: object, c: string, d: { cart: string[] }, ...e: number[]): unknown {
    return [a, b, c, d, e];
  }

  // @ts-expect-error -- its changes would be lost
  @RequireSession.readonly()
  givenMore(session: Session): void {
    session.userId = 'x';
  }

  // @ts-expect-error -- wherever the parameter stands, narrowed, beside others
  @RequireSession.readonly('userId')
  givenAmong(_id: string, _any: ReturnType<typeof JSON.parse>, session?: Session & { userId: string }): void {
    expectType<string | undefined>(session?.userId);
  }
}

// Where the session is changed, the parameter may be changeable.
export class Writes {
  @RequireSession()
  given(session: Session): void {
    session.userId = 'x';
  }
}

// After the method.
export class After {
  @RotateSession()
  login(req: Request, res: Response): void {
    req.session.userId = 'ann';
    res.end();
  }

  @DestroySession('userId')
  async logout(req: SessionRequest<'userId'>): Promise<string> {
    return Promise.resolve(req.session.userId);
  }

  // @ts-expect-error -- a property is no method
  @RotateSession()
  property = 5;

  // @ts-expect-error -- an accessor is no method
  @DestroySession()
  get accessor(): number {
    return this.property;
  }
}

// None of them is for a property or an accessor, and none takes what no session can have.
export class Misplaced {
  // @ts-expect-error -- a property is no method
  @RequireSession.readonly('userId')
  readonly = 5;

  // @ts-expect-error -- nor may it hold one: it is not bound, and there is nothing to put a guard before
  @RequireSession('userId')
  handler = (req: SessionRequest<'userId'>): string => req.session.userId;

  // @ts-expect-error -- a property is no method
  @RequireAnonymous()
  anonymous = 5;

  // @ts-expect-error -- a property is no method
  @AllowAnonymous()
  static allowed = 5;

  // @ts-expect-error -- an accessor is no method
  @RequireSession.readonly('userId')
  get reads(): number {
    return this.readonly;
  }

  // @ts-expect-error -- an accessor is no method
  @RequireAnonymous()
  get stranger(): number {
    return this.anonymous;
  }

  // @ts-expect-error -- an accessor is no method
  @AllowAnonymous()
  set open(value: number) {
    this.anonymous = value;
  }
}
expectError(RequireSession({ role: 'root' }));
expectError(RequireSession({ rank: 1 }));
expectError(RequireSession.readonly({ role: 'root' }));
expectError(RequireSession.readonly('nope'));
expectError(RequireSession((s) => s.nope));
expectError(RequireSession(async (s) => s.cart.length > 0));
expectError(RequireSession({ onMissing: '/login' }));
expectError(RequireAnonymous({ onMissing: redirect('/') }));
expectError(CurrentSession({ role: 'root' }));
expectError(CurrentSession({ role: 'admin' }, { role: 'user' }));

// What contradicts each other on one method: the one that the request's type does not stand for is refused.
export class Contradicting {
  @RequireSession({ role: 'admin' })
  // @ts-expect-error -- it checks another role
  @RequireSession({ role: 'user' })
  rule(req: SessionRequest<{ role: 'admin' }>): void {
    expectType<'admin'>(req.session.role);
  }

  @RequireSession('userId')
  // @ts-expect-error -- nobody is signed in there
  @RequireAnonymous()
  me(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }
}

// Parameter decorators, which the legacy dialect calls so.
class Parameters {
  me(userId: string, session: Session, narrowed: Session & { userId: string }, views: number): void {
    expectType<string | undefined>(session.userId);
    expectType<string>(narrowed.userId);
    expectType<[string, number]>([userId, views]);
  }
}
SessionValue('userId')(Parameters.prototype, 'me', 0);
CurrentSession()(Parameters.prototype, 'me', 1);
CurrentSession('userId')(Parameters.prototype, 'me', 2);
CurrentSession('userId')(Parameters.prototype, 'me', 1);
CurrentSession()(Reads.prototype, 'given', 0);
CurrentSession('userId')(Reads.prototype, 'given', 1);
expectError(SessionValue('userId')(Parameters.prototype, 'me', 3)); // a number
expectError(CurrentSession()(Parameters.prototype, 'me', 2)); // nothing has checked the userId
expectError(SessionValue('nope'));
expectError(CurrentSession('nope'));

expectType<readonly string[] | undefined>(sessionRequirements(Accepted)['me']?.fields);
expectType<boolean | undefined>(sessionRequirements(Several)['me']?.rotates);
expectError(sessionRequirements({}));
