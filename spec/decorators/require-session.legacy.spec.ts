import 'reflect-metadata';
import type { NextFunction, Request, Response } from 'express';
import { decoratorSuite, greet, Require, type Controller } from './suite.js';

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

class Static {
  private static readonly greeting = 'static';

  @Require('userId')
  static me(req: Request, res: Response): void {
    greet(this.greeting, req, res);
  }
}

decoratorSuite('legacy', { Account, Louder, Open, Static, bySymbol });
