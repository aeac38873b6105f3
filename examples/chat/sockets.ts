import { SessionEndedError, type Session } from 'typed-session';
import { WebSocket } from 'ws';

/** The close code that tells the page that its session has ended. 4000 to 4999 are for applications. */
export const SESSION_ENDED = 4401;

/** How often the session of an open socket is checked, in milliseconds. */
const CHECK_INTERVAL = 30_000;

interface Member {
  readonly socket: WebSocket;
  /** The id of the session with which the socket was opened. */
  readonly id: string;
  readonly session: Session;
  /** Whether the user has sent something since the last check. */
  isActive: boolean;
}

/** The open sockets of this process, each with the session with which it was opened. */
export class Sockets {
  readonly #members = new Set<Member>();
  readonly #timer: NodeJS.Timeout;

  constructor(interval = CHECK_INTERVAL) {
    this.#timer = setInterval(() => {
      for (const member of this.#members) void this.#check(member);
    }, interval);
    this.#timer.unref();
  }

  async add(socket: WebSocket, session: Session): Promise<void> {
    const member = { socket, session, id: session.id, isActive: false };
    this.#members.add(member);
    socket.on('close', () => this.#members.delete(member));
    socket.on('message', () => (member.isActive = true));
    await this.#check(member); // a logout may have happened between the upgrade and `add`
  }

  /** Sends a value to everyone. */
  broadcast(value: object): void {
    const text = JSON.stringify(value);
    for (const { socket } of this.#members) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    }
  }

  /** Closes the sockets of one session: for a logout, which is known immediately in this process. */
  endSession(id: string): void {
    for (const member of this.#members) {
      if (member.id === id) end(member);
    }
  }

  /** Closes every socket: for the end of the process. `server.close()` waits for them, and does not close them. */
  close(): void {
    clearInterval(this.#timer);
    for (const { socket } of this.#members) socket.close(1001);
  }

  /**
   * Asks the store whether the session still exists. This finds what this process does not see: a logout in another
   * process, `sessions.revoke`, and a session that has expired.
   */
  async #check(member: Member): Promise<void> {
    try {
      await member.session.reload();
      // Messages are no requests, so they do not extend the session by themselves.
      if (member.isActive) await member.session.touch();
      member.isActive = false;
    } catch (error) {
      if (error instanceof SessionEndedError) end(member);
      else console.error(error); // the store did not answer: the next check asks again
    }
  }
}

function end({ socket }: Member): void {
  socket.close(SESSION_ENDED, 'The session has ended.');
}
