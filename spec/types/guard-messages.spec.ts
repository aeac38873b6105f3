import { describe, expect, it, vi } from 'vitest';
import { dialects, errors, METADATA, REGISTERED } from './compile.js';

vi.setConfig({ testTimeout: 60_000 }); // one program takes 2 s, and several times that on a machine that is busy

describe('a type error of a guard or a decorator reads as advice', () => {
  it.each(dialects)('where a decorated method cannot be called as its parameters say, in %s', (_, options) => {
    const [optional, errorHandler, first, twin, rotate, allow, inherited, property] = errors(
      REGISTERED,
      [
        `export class A { @RequireSession('userId') me(req?: SessionRequest<'userId'>) { return req; } }`,
        `export class B { @RequireSession() me(error: unknown, req: Request, res: Response, next: () => void) { return [error, req, res, next]; } }`,
        `export class C { @RequireSession() me(res: Response, req: Request) { return [res, req]; } }`,
        `const twin = session({ schema: sessionSchema, secret, name: 'twin' }); export class D { @twin.RequireSession('userId') me(req: SessionRequest<'userId'>) { return req; } }`,
        `export class E { @RotateSession() me(req: SessionRequest<'userId'>) { return req; } }`,
        `@RequireSession('userId') export class F { @AllowAnonymous() me(req: SessionRequest<'userId'>) { return req; } }`,
        `@AllowAnonymous() export class G extends F {}`,
        `@RequireSession('userId') export class H { me = (req: Request) => req; }`,
      ],
      options,
    );
    expect(optional).toContain(
      '"A guarded method always gets a request: make the parameter required, and leave out undefined"',
    );
    expect(errorHandler).toContain(
      '"A session decorator is not for error handlers, which Express calls with an error first: guard the routes before it"',
    );
    expect(first).toContain('"The request must be the first parameter, or the first one without a decorator"');
    for (const text of [twin, rotate, allow])
      expect(text).toContain(
        `"This method's request promises session.userId: let @RequireSession check that field too"`,
      );
    expect(inherited).toContain(`"me() relies on more of the session than this class's decorator checks`);
    expect(property).toContain(
      `"me is a property or a getter, which a constructor can hand out before this class's decorator guards it: make it a method"`,
    );
  });

  it.each(dialects)('where a decorator stands before a property or a getter, in %s', (_, options) => {
    const found = errors(
      REGISTERED,
      [
        `export class A { @RequireSession('userId') me = (req: Request) => req; }`,
        `export class B { @RequireSession('userId') get me() { return 1; } }`,
        `export class C { @RotateSession() me = 5; }`,
      ],
      options,
    );
    for (const text of found)
      expect(text).toContain('Refused<"A session decorator is for methods: make this property or accessor a method">');
  });

  it('where a handler relies on more than the guard of its call, or may write behind a readonly guard', () => {
    const [other, readonly, changed, wrapped] = errors(REGISTERED, [
      `app.get('/', requireSession('lastLogin'), (req: SessionRequest<'userId'>, res: Response) => { res.json(req.session.userId); });`,
      `app.get('/', requireSession.readonly('userId'), (req: Request, res: Response) => { res.json(req.session.userId); });`,
      `app.get('/', requireSession.readonly('userId'), (req) => { req.session.userId = 'x'; });`,
      `declare function asyncHandler(fn: express.RequestHandler): express.RequestHandler; app.get('/', requireSession('userId'), asyncHandler((req: SessionRequest<'userId'>) => req));`,
    ]);
    expect(other).toContain(
      `"The handler's request promises more of the session than this guard checks: let requireSession check that too, or promise less"`,
    );
    expect(readonly).toContain(
      `"This guard is readonly: leave out the type of the handler's request, or let it be a ReadonlySessionRequest"`,
    );
    expect(changed).toBe(`Cannot assign to 'userId' because it is a read-only property.\n`);
    expect(wrapped).toContain(`Property '[requireSessionDoesNotReachThisHandler]' is missing`);
  });

  it('where a handler relies on a field and no guard stands before its wrapper', () => {
    const head = `${REGISTERED}declare function asyncHandler(fn: express.RequestHandler): express.RequestHandler;
declare function generic<P>(fn: (req: Request<P>, res: Response, next: express.NextFunction) => unknown): express.RequestHandler<P>;\n`;
    const found = errors(head, [
      `app.get('/', asyncHandler(async (req: SessionRequest<'userId'>, res) => { res.json(req.session.userId); }));`,
      `app.get('/', generic(async (req: SessionRequest<'userId'>, res) => { res.json(req.session.userId); }));`,
      `export const handler: express.RequestHandler = (req: SessionRequest<'userId'>, res) => { res.json(req.session.userId); };`,
    ]);
    for (const text of found)
      expect(text.trimEnd().split('\n').at(-1)).toContain(
        `Property '[requireSessionDoesNotReachThisHandler]' is missing in type 'Record<string, any>' but required in type 'Checked<{ userId: string; }>'`,
      );
  });

  it('where a parameter of a method cannot be checked, or Nest injects something else', () => {
    const head = `${REGISTERED}import { SessionValue } from 'typed-session';
import { InjectSession } from 'typed-session/nestjs';\n`;
    const [hidden, injected, field] = errors(
      head,
      [
        `export class A { @RequireSession() private me(@SessionValue('userId') id: string) { return id; } my() { return this.me; } }`,
        `export class B { constructor(@InjectSession() readonly session: number) {} }`,
        `export class C { @RequireSession.readonly() me(@SessionValue('role') role: 'admin') { return role; } }`,
      ],
      METADATA,
    );
    expect(hidden).toContain(
      'Refused<"The compiler cannot check the parameters of a private or protected method: make the method public">',
    );
    expect(injected).toContain(
      'Refused<"The type of this parameter or property does not accept what is injected into it: a Session, or a SessionMiddleware">',
    );
    expect(field).toContain('Refused<"The type of this parameter promises what its decorator does not check');
  });
});
