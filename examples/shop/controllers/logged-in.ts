import { SessionRequiredError } from 'typed-session';
import { userOf, type User } from '../users.js';

/**
 * The user whose id a session holds. A session may outlive its user's account: then it is worth no more than none.
 * @throws SessionRequiredError, which leads to the login page
 */
export function loggedIn(userId: string): User {
  const user = userOf(userId);
  if (user === undefined) throw new SessionRequiredError(['userId']);
  return user;
}
