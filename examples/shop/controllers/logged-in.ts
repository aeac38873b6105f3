import { SessionRequiredError } from 'typed-session';
import { userOf, type User } from '../users.js';

/**
 * Returns the user of a session. A session may outlive its user's account. It is then treated as not logged in.
 * @throws SessionRequiredError, which leads to the login page
 */
export function loggedIn(userId: string): User {
  const user = userOf(userId);
  if (user === undefined) throw new SessionRequiredError(['userId']);
  return user;
}
