import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { problem, type Session } from 'typed-session';
import {
  AllowAnonymous,
  CurrentSession,
  DestroySession,
  RequireAnonymous,
  RequireSession,
  SessionValue,
} from 'typed-session/nestjs';

/** The account of the user who is signed in. The controller's decorator guards every route. */
@Controller()
@RequireSession('userId')
export class AccountController {
  /** Returns the account and the number of notes. */
  @Get('account')
  show(@SessionValue('userId') userId: string, @CurrentSession() session: Session): object {
    return { userId, role: session.role, notes: session.notes.length };
  }

  /** Adds a note. */
  @Post('account/notes')
  addNote(@CurrentSession() session: Session, @Body() body: { text?: unknown }): string[] {
    session.notes.push(String(body.text));
    return session.notes;
  }

  /** Returns all notes. */
  @Get('account/notes')
  @RequireSession.readonly()
  list(@SessionValue('notes') notes: readonly string[]): readonly string[] {
    return notes;
  }

  /** Deletes all notes. */
  @Delete('account/notes')
  @RequireSession({ role: 'admin' })
  clear(@CurrentSession({ role: 'admin' }) session: Session & { role: 'admin' }): object {
    session.notes = [];
    return { clearedBy: session.role };
  }

  /** Open to everyone. */
  @Get('prices')
  @AllowAnonymous()
  prices(): object {
    return { tea: 3 };
  }

  /** Ends the session. */
  @Post('logout')
  @HttpCode(204)
  @DestroySession()
  logout(): void {
    // the decorator ends the session
  }
}

/** The login. */
@Controller()
export class LoginController {
  /** Signs a user in. */
  @Post('login')
  @HttpCode(200)
  @RequireAnonymous({ onPresent: problem })
  login(@CurrentSession() session: Session, @Body() body: { user?: unknown }): object {
    session.userId = String(body.user); // a real login also checks a password
    session.role = body.user === 'root' ? 'admin' : 'user';
    session.email = `${session.userId}@example.org`;
    return { userId: session.userId, role: session.role };
  }
}
