import 'reflect-metadata';
import type { NextFunction, Request, Response } from 'express';
import { expect, it } from 'vitest';
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

ownDecoratorSuite('legacy', { shop, admin, office: new Office() });
decoratorSuite('legacy', { Account, Louder, Loudest, Heir, Open, Static, StaticHeir, Twice, Hidden, bySymbol });

it('leaves the metadata of reflect-metadata alone, in the legacy dialect', () => {
  // The types that are classes when the program runs show up; Express's are interfaces.
  class Reflected {
    @Require('userId')
    at(_req: Request, _since: Date): Promise<void> {
      return Promise.resolve();
    }
  }
  const types = (kind: string): unknown => Reflect.getMetadata(`design:${kind}`, Reflected.prototype, 'at');
  expect(types('paramtypes')).toEqual([Object, Date]);
  expect(types('returntype')).toBe(Promise);
  expect(types('type')).toBe(Function);
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
