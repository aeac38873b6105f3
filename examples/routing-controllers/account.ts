import { Body, Delete, Get, HttpCode, JsonController, OnUndefined, Post } from 'routing-controllers';
import { problem, type Session } from 'typed-session';
import {
  AllowAnonymous,
  CurrentSession,
  DestroySession,
  RequireAnonymous,
  RequireSession,
  SessionValue,
} from 'typed-session/routing-controllers';

/** The account of the user who is signed in. The controller's decorator guards every route. */
@JsonController()
@RequireSession('userId')
export class AccountController {
  @Get('/account')
  show(@SessionValue('userId') userId: string, @CurrentSession() session: Session): object {
    return { userId, role: session.role, notes: session.notes.length };
  }

  @Post('/account/notes')
  @HttpCode(201)
  addNote(@CurrentSession() session: Session, @Body() body: { text?: unknown }): string[] {
    session.notes.push(String(body.text));
    return session.notes;
  }

  @Get('/account/notes')
  @RequireSession.readonly()
  list(@SessionValue('notes') notes: readonly string[]): readonly string[] {
    return notes;
  }

  @Delete('/account/notes')
  @RequireSession({ role: 'admin' })
  clear(@CurrentSession({ role: 'admin' }) session: Session & { role: 'admin' }): object {
    session.notes = [];
    return { clearedBy: session.role };
  }

  @Get('/prices')
  @AllowAnonymous()
  prices(): object {
    return { tea: 3 };
  }

  @Post('/logout')
  @OnUndefined(204)
  @DestroySession()
  logout(): void {
    // the decorator ends the session
  }
}

@JsonController()
export class LoginController {
  @Post('/login')
  @RequireAnonymous({ onPresent: problem })
  login(@CurrentSession() session: Session, @Body() body: { user?: unknown }): object {
    session.userId = String(body.user); // a real login also checks a password
    session.role = body.user === 'root' ? 'admin' : 'user';
    session.email = `${session.userId}@example.org`;
    return { userId: session.userId, role: session.role };
  }
}
