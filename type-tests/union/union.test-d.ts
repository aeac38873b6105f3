import express, { type Request } from 'express';
import { expectError, expectType } from 'tsd';
import { RequireSession, requireSession, session, type SessionRequest } from 'typed-session';
import { sessionSchema } from './schema.js';

const app = express();

// A union narrows by its tag, in every handler.
app.get('/', (req) => {
  expectType<'anonymous' | 'user'>(req.session.kind);
  expectError(req.session.userId);
  if (req.session.kind === 'user') {
    expectType<string>(req.session.userId);
    expectType<number>(req.session.seen);
    expectError(req.session.notice);
  } else {
    expectType<string | undefined>(req.session.notice);
    expectError(req.session.userId);
  }
});
// A guard finds a field that only some members have.
app.get('/', requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
});

// Or the state itself: all of it is there then, and nothing of the others.
app.get('/', requireSession({ kind: 'user' }), (req) => {
  expectType<'user'>(req.session.kind);
  expectType<string>(req.session.userId);
  expectType<number>(req.session.seen);
  expectError(req.session.notice);
  expectType<Promise<void>>(req.session.save());
});
app.get('/', requireSession({ kind: 'anonymous' }), (req) => {
  expectType<string | undefined>(req.session.notice);
  expectError(req.session.userId);
});
app.get('/', requireSession('notice', { kind: 'anonymous' }), (req) => {
  expectType<string>(req.session.notice);
});
expectError(requireSession({ kind: 'admin' }));
expectError(requireSession({ kind: 'user', nope: 1 }));
expectError(requireSession({ nope: 1 }));
expectError(requireSession({ seen: '1' }));
expectError(requireSession({ userId: undefined }));
function user(req: SessionRequest<{ kind: 'user' }>): void {
  expectType<string>(req.session.userId);
}
app.get('/', requireSession({ kind: 'user' }), user);
expectError<SessionRequest<{ kind: 'admin' }>>(null);

declare const request: Request;
expectType<Promise<string | undefined>>(request.session.take('notice'));
expectType<Promise<number | undefined>>(request.session.take('seen')); // undefined in the other member
expectError(request.session.take('userId'));
expectError(request.session.take('kind'));
void request.session.update((latest) => {
  if (latest.kind === 'user') latest.seen += 1;
});

expectError(session({ schema: sessionSchema, secret: 's' }));
session({
  schema: sessionSchema,
  secret: 's',
  initial: { kind: 'anonymous' },
  principal: 'userId',
  merge: {
    seen: (base, mine, theirs) => {
      expectType<number | undefined>(base); // undefined in the other member
      return mine ?? theirs;
    },
  },
});

export class Controller {
  @RequireSession('userId')
  me(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  @RequireSession({ kind: 'user' })
  user(req: SessionRequest<{ kind: 'user' }>): void {
    expectType<number>(req.session.seen);
  }

  @RequireSession({ kind: 'user' })
  field(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  // @ts-expect-error -- another state
  @RequireSession({ kind: 'anonymous' })
  anonymous(req: SessionRequest<{ kind: 'user' }>): void {
    expectType<number>(req.session.seen);
  }

  // @ts-expect-error -- the state was not checked
  @RequireSession()
  unchecked(req: SessionRequest<{ kind: 'user' }>): void {
    expectType<number>(req.session.seen);
  }

  // @ts-expect-error -- no such state
  @RequireSession({ kind: 'admin' })
  nobody(req: SessionRequest): void {
    expectType<'anonymous' | 'user'>(req.session.kind);
  }

  // @ts-expect-error -- another field
  @RequireSession('notice')
  other(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }
}

// `become` takes a complete state: the compiler asks for every field, and for no other.
expectType<Promise<void>>(request.session.become({ kind: 'user', userId: 'ann', seen: 0 }));
request.session.become({ kind: 'anonymous' }, (error) => expectType<unknown>(error));
expectError(request.session.become({ kind: 'user', userId: 'ann' }));
expectError(request.session.become({ kind: 'user', userId: 'ann', seen: 0, notice: 'x' }));
expectError(request.session.become({ kind: 'admin' }));
expectError(request.session.become({ userId: 'ann', seen: 0 }));
expectError(request.session.become({}));
expectType<Promise<void>>(request.session.validate());
