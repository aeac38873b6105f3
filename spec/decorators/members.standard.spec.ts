import { Router, type Request, type Response } from 'express';
import { AllowAnonymous } from 'typed-session';
import { memberSuite, Require } from './members.js';

const Allow = AllowAnonymous as unknown as () => (...args: any[]) => any;
const say = (_req: Request, res: Response): void => {
  res.json('passed');
};
const symbol = Symbol('member');
let handedOut = say as never;

class Base {
  baseArrow = say;
  inherited(req: Request, res: Response): void {
    say(req, res);
  }
}

@Require('userId')
class Kinds extends Base {
  static field = say;
  static fixed(req: Request, res: Response): void {
    say(req, res);
  }
  @Allow()
  static open(req: Request, res: Response): void {
    say(req, res);
  }
  arrow = (req: Request, res: Response): void => {
    say(req, res);
  };
  router = Router().use((req, res) => {
    say(req, res);
  });
  assigned: typeof say;
  bound: typeof say;
  copied!: typeof say;
  #answer = 42;
  readonly helper: (a: number) => number = (a) => a * 2;

  constructor() {
    super();
    this.assigned = (req, res) => {
      say(req, res);
    };
    this.bound = this.method.bind(this);
    Object.assign(this, { copied: say });
    handedOut = this.method as never;
  }
  method(req: Request, res: Response): void {
    this.#answer = 42;
    say(req, res);
  }
  get getter(): typeof say {
    return (req, res) => {
      say(req, res);
    };
  }
  async later(req: Request, res: Response): Promise<void> {
    await Promise.resolve();
    super.inherited(req, res);
  }
  [symbol](req: Request, res: Response): void {
    say(req, res);
  }
  helperResult(_req: Request, res: Response): void {
    res.json(this.helper(this.#answer / 2));
  }
}

@Require()
class Decorated extends Kinds {
  own = say;
}

class Undecorated extends Kinds {
  own = say;
}

@Require('userId')
class Open {
  @Allow()
  arrow = (req: Request, res: Response): void => {
    say(req, res);
  };
  @Allow()
  get getter(): typeof say {
    return (req, res) => {
      say(req, res);
    };
  }
  @Allow()
  method(req: Request, res: Response): void {
    say(req, res);
  }
}

@Require('userId')
class Single {
  static readonly instance = new Single();
  arrow = say;
  private constructor() {
    // for itself
  }
  method(req: Request, res: Response): void {
    say(req, res);
  }
}

@Require('userId')
class Frozen {
  readonly arrow = say;
  constructor() {
    Object.freeze(this);
  }
}

memberSuite('standard', {
  Kinds, Decorated, Undecorated, Open, Single, Frozen, Base, symbol, handedOut: () => handedOut,
}); // prettier-ignore
