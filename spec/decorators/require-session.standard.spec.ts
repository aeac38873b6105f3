import type { NextFunction, Request, Response } from 'express';
import { expect, it } from 'vitest';
import { SessionRequiredError } from 'typed-session';
import { session } from 'typed-session';
import { z } from 'zod';
import { schema } from '../support/shop.js';
import { decoratorSuite, greet, ownDecoratorSuite, Require, type Controller } from './suite.js';

const bySymbol = Symbol('by symbol');

class Account implements Controller {
  readonly #greeting: string;

  constructor(greeting: string) {
    this.#greeting = greeting;
  }

  @Require('userId')
  me(req: Request, res: Response): void {
    greet(this.#greeting, req, res);
  }

  @Require('userId')
  async later(req: Request, res: Response): Promise<void> {
    await Promise.resolve();
    greet(this.#greeting, req, res);
  }

  @Require('userId')
  throws(): void {
    throw new Error(this.#greeting === '' ? 'empty' : 'thrown');
  }

  @Require('userId')
  async rejects(): Promise<void> {
    await Promise.reject(new Error('rejected'));
  }

  @Require()
  any(...[, res]: [Request, Response, NextFunction]): void {
    res.end();
  }

  @Require('userId')
  [bySymbol](req: Request, res: Response): void {
    greet(this.#greeting, req, res);
  }
}

class Louder extends Account {
  @Require('userId')
  override me(req: Request, res: Response): void {
    const json = res.json.bind(res);
    res.json = (body: { greeting: string }) => json({ ...body, greeting: `${body.greeting}!` });
    super.me(req, res);
  }
}

class Open extends Account {
  override me(req: Request, res: Response): void {
    greet('open', req, res);
  }
}

/** Takes everything over as it is. */
class Heir extends Account {}

/** Calls the base class's method from two levels below. */
class Loudest extends Louder {
  override me(req: Request, res: Response): void {
    super.me(req, res);
  }
}

class Static {
  static readonly greeting: string = 'static';

  @Require('userId')
  static me(req: Request, res: Response): void {
    greet(this.greeting, req, res);
  }
}

class StaticHeir extends Static {
  static override readonly greeting = 'heir';
}

class Twice {
  @Require('userId')
  @Require('views')
  me(req: Request, res: Response): void {
    greet(this.constructor.name, req, res);
  }
}

class Hidden {
  readonly #greeting = 'hidden';

  me(req: Request, res: Response, next: NextFunction): void {
    this.secret(req, res, next);
  }

  @Require('userId')
  private secret(req: Request, res: Response, _next: NextFunction): void {
    greet(this.#greeting, req, res);
  }
}

const shop = session({ schema, secret: 's' });
const admin = session({
  schema: z.object({ name: z.string().optional(), level: z.enum(['reader', 'writer']).default('reader') }),
  secret: 's',
  name: 'admin.sid',
});

class Office {
  @admin.RequireSession('name', { level: 'writer' })
  write(req: Request, res: Response): void {
    res.json(admin.of(req).name);
  }

  @shop.RequireSession('userId')
  buy(req: Request, res: Response): void {
    res.json(shop.of(req).userId);
  }
}

ownDecoratorSuite('standard', { shop, admin, office: new Office() });
decoratorSuite('standard', { Account, Louder, Loudest, Heir, Open, Static, StaticHeir, Twice, Hidden, bySymbol });

it('guards a method whose name begins with #, in the standard dialect', () => {
  class Private {
    readonly #greeting = 'private';

    @Require('userId')
    #me(_req: object): string {
      return this.#greeting;
    }

    @Require('userId')
    static #count(_req: object): number {
      return 1;
    }

    me(req: object): string {
      return this.#me(req);
    }

    static count(req: object): number {
      return this.#count(req);
    }
  }
  const mine = new Private();
  expect(mine.me({ session: { userId: '1' } })).toBe('private');
  expect(() => mine.me({ session: {} })).toThrow(SessionRequiredError);
  expect(Private.count({ session: { userId: '1' } })).toBe(1);
  expect(() => Private.count({ session: {} })).toThrow(SessionRequiredError);
});

it('says what is missing where its parentheses are', () => {
  const bare = Require as unknown as (...args: unknown[]) => any; // what the types refuse
  expect(() => {
    class Bare {
      @bare
      show(): void {}
    }
    return Bare;
  }).toThrow('@RequireSession: needs its parentheses: @RequireSession()');
});
