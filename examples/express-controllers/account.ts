import type { Request, Response } from 'express';
import {
  AllowAnonymous,
  DestroySession,
  problem,
  RequireAnonymous,
  RequireSession,
  type ReadonlySessionRequest,
  type SessionRequest,
} from 'typed-session';

/** Who is signed in: every method is behind the class's decorator. */
@RequireSession('userId')
export class AccountController {
  /** The account, and how much was noted. */
  show(req: SessionRequest<'userId'>, res: Response): void {
    const { userId, role, notes } = req.session;
    res.json({ userId, role, notes: notes.length });
  }

  /** Notes something: `{ "text": … }`. */
  addNote(req: SessionRequest, res: Response): void {
    const { text } = req.body as { text?: unknown }; // what a client sends is anything
    req.session.notes.push(String(text));
    res.status(201).json(req.session.notes); // sent once the session is stored
  }

  /** For everybody. */
  @AllowAnonymous()
  prices(_req: Request, res: Response): void {
    res.json({ tea: 3 });
  }

  /** Until the next login. */
  @DestroySession()
  logout(_req: Request, res: Response): void {
    res.sendStatus(204); // sent once the session is gone
  }
}

/** What is only read, and what only an admin may do. */
export class NotesController {
  /** All that was noted. */
  @RequireSession.readonly('userId')
  list(req: ReadonlySessionRequest<'userId'>, res: Response): void {
    res.json(req.session.notes);
  }

  /** Throws all of it away. */
  @RequireSession('userId', { role: 'admin' })
  clear(req: SessionRequest<{ role: 'admin' }>, res: Response): void {
    req.session.notes = [];
    res.json({ clearedBy: req.session.role });
  }
}

/** How visitors become users. */
export class LoginController {
  /** Who it is: `{ "user": … }`. */
  @RequireAnonymous({ onPresent: problem })
  login(req: Request, res: Response): void {
    const { user } = req.body as { user?: unknown }; // in earnest: and a password
    req.session.userId = String(user);
    req.session.role = user === 'root' ? 'admin' : 'user';
    req.session.email = `${String(user)}@example.org`;
    res.json({ userId: req.session.userId, role: req.session.role });
  }
}
