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

/** The account of the user who is signed in. The class's decorator guards every method. */
@RequireSession('userId')
export class AccountController {
  /** Returns the account and the number of notes. */
  show(req: SessionRequest<'userId'>, res: Response): void {
    const { userId, role, notes } = req.session;
    res.json({ userId, role, notes: notes.length });
  }

  /** Adds a note: `{ "text": … }`. */
  addNote(req: SessionRequest, res: Response): void {
    const { text } = req.body as { text?: unknown }; // a client may send any value
    req.session.notes.push(String(text));
    res.status(201).json(req.session.notes); // sent once the session is stored
  }

  /** Open to everyone. */
  @AllowAnonymous()
  prices(_req: Request, res: Response): void {
    res.json({ tea: 3 });
  }

  /** Ends the session. */
  @DestroySession()
  logout(_req: Request, res: Response): void {
    res.sendStatus(204); // sent once the session is gone
  }
}

/** A session that is only read, and a method that only an admin may call. */
export class NotesController {
  /** Returns all notes. */
  @RequireSession.readonly('userId')
  list(req: ReadonlySessionRequest<'userId'>, res: Response): void {
    res.json(req.session.notes);
  }

  /** Deletes all notes. */
  @RequireSession('userId', { role: 'admin' })
  clear(req: SessionRequest<{ role: 'admin' }>, res: Response): void {
    req.session.notes = [];
    res.json({ clearedBy: req.session.role });
  }
}

/** The login. */
export class LoginController {
  /** Signs a user in: `{ "user": … }`. */
  @RequireAnonymous({ onPresent: problem })
  login(req: Request, res: Response): void {
    const { user } = req.body as { user?: unknown }; // a real login also checks a password
    req.session.userId = String(user);
    req.session.role = user === 'root' ? 'admin' : 'user';
    req.session.email = `${String(user)}@example.org`;
    res.json({ userId: req.session.userId, role: req.session.role });
  }
}
