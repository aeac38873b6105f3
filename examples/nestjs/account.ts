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

/** Who is signed in: every route is behind the controller's decorator. */
@Controller()
@RequireSession('userId')
export class AccountController {
  /** The account, and how much was noted. */
  @Get('account')
  show(@SessionValue('userId') userId: string, @CurrentSession() session: Session): object {
    return { userId, role: session.role, notes: session.notes.length };
  }

  /** Notes something. */
  @Post('account/notes')
  addNote(@CurrentSession() session: Session, @Body() body: { text?: unknown }): string[] {
    session.notes.push(String(body.text));
    return session.notes;
  }

  /** All that was noted. */
  @Get('account/notes')
  @RequireSession.readonly()
  list(@SessionValue('notes') notes: readonly string[]): readonly string[] {
    return notes;
  }

  /** Throws all of it away. */
  @Delete('account/notes')
  @RequireSession({ role: 'admin' })
  clear(@CurrentSession({ role: 'admin' }) session: Session & { role: 'admin' }): object {
    session.notes = [];
    return { clearedBy: session.role };
  }

  /** For everybody. */
  @Get('prices')
  @AllowAnonymous()
  prices(): object {
    return { tea: 3 };
  }

  /** Until the next login. */
  @Post('logout')
  @HttpCode(204)
  @DestroySession()
  logout(): void {
    // its decorator ends the session
  }
}

/** How visitors become users. */
@Controller()
export class LoginController {
  /** Who it is. */
  @Post('login')
  @HttpCode(200)
  @RequireAnonymous({ onPresent: problem })
  login(@CurrentSession() session: Session, @Body() body: { user?: unknown }): object {
    session.userId = String(body.user); // in earnest: and a password
    session.role = body.user === 'root' ? 'admin' : 'user';
    session.email = `${session.userId}@example.org`;
    return { userId: session.userId, role: session.role };
  }
}
