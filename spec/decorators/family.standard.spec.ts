import type { Request, Response } from 'express';
import { redirect } from 'typed-session';
import { familySuite, loose, say, type Family } from './family.js';

const { AllowAnonymous, DestroySession, RequireAnonymous, RequireSession, RotateSession } = loose;

interface Filled {
  readonly userId: string;
  readonly cart: { sku: string; qty: number }[];
}

@RequireSession('userId')
class Whole {
  show(req: Request, res: Response): void {
    say(req, res);
  }

  async later(req: Request, res: Response): Promise<void> {
    await Promise.resolve();
    say(req, res);
  }

  @RequireSession((s: Filled) => s.cart.length > 0)
  admin(req: Request, res: Response): void {
    say(req, res);
  }

  @AllowAnonymous()
  open(req: Request, res: Response): void {
    say(req, res);
  }

  helped(_req: Request, res: Response): void {
    res.json(this.help(1));
  }

  private help(one: number): number {
    return one + 1;
  }
}

class Heir extends Whole {
  override show(req: Request, res: Response): void {
    const json = res.json.bind(res);
    res.json = (heir: unknown) => json({ heir });
    super.show(req, res);
  }

  added(req: Request, res: Response): void {
    say(req, res);
  }
}

@RequireSession('notice')
class Stricter extends Whole {
  added(req: Request, res: Response): void {
    say(req, res);
  }
}

@AllowAnonymous()
class Loosened extends Whole {}

@RequireSession('notice')
@RequireSession('userId')
class Both {
  show(req: Request, res: Response): void {
    say(req, res);
  }
}

class Methods {
  @RequireSession('userId', (s: Filled) => s.cart.length > 0)
  predicate(req: Request, res: Response): void {
    say(req, res);
  }

  @RequireSession((s: Filled): s is Filled & { userId: 'ann' } => s.userId === 'ann')
  typed(req: Request, res: Response): void {
    say(req, res);
  }

  @RequireSession(() => {
    throw new Error('thrown by a predicate');
  })
  throws(req: Request, res: Response): void {
    say(req, res);
  }

  @RequireSession(async () => Promise.resolve(true))
  swallows(req: Request, res: Response): void {
    say(req, res);
  }

  @RequireAnonymous()
  stranger(req: Request, res: Response): void {
    say(req, res);
  }

  @RotateSession()
  login(req: Request, res: Response): void {
    Object.assign(req.session, { userId: 'ann' });
    say(req, res);
  }

  @RotateSession()
  fails(_req: Request, res: Response): void {
    res.status(422).end();
  }

  @DestroySession()
  @RequireSession('userId')
  logout(req: Request, res: Response): void {
    const { userId } = req.session as unknown as Filled;
    res.json(`bye ${userId}`);
  }

  @RequireSession('userId')
  @DestroySession()
  refusesLogout(_req: Request, res: Response): void {
    res.status(409).end();
  }

  @DestroySession()
  @RequireSession('notice', { onMissing: redirect('/login') })
  refusedBelow(_req: Request, res: Response): void {
    res.end();
  }

  @RequireSession('notice', { onMissing: redirect('/login') })
  @DestroySession()
  refusedAbove(_req: Request, res: Response): void {
    res.end();
  }

  @RotateSession()
  @DestroySession()
  endsBelow(_req: Request, res: Response): void {
    res.end();
  }

  @DestroySession()
  @RotateSession()
  endsAbove(_req: Request, res: Response): void {
    res.end();
  }

  @DestroySession()
  @RequireSession.readonly('userId')
  readsAndEnds(_req: Request, res: Response): void {
    res.end();
  }

  @RequireSession('userId')
  breaks(): void {
    throw new Error('thrown by the method');
  }

  @RequireSession.readonly('userId')
  async reads(req: Request, res: Response): Promise<void> {
    const { cart } = req.session as unknown as Filled;
    await Promise.resolve();
    res.json({ sku: cart[0]?.sku });
  }

  @RequireSession.readonly('userId')
  writes(req: Request, res: Response): void {
    const { cart } = req.session as unknown as Filled;
    cart.push({ sku: 'milk', qty: 1 });
    res.end();
  }

  @RequireSession('userId', { onMissing: redirect('/login') })
  own(req: Request, res: Response): void {
    say(req, res);
  }
}

familySuite('standard', { Whole, Heir, Stricter, Loosened, Both, Methods });
