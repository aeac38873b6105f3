// What is done to the site, in rounds: each has users of its own, so that its outcome can be compared with the model.
import { Ledger } from './ledger.js';
import type { Random } from './random.js';
import { CAP } from './routes.js';
import type { Client, Site } from './site.js';

/** One round: overlapping requests of some users, and then the look at what came of them. */
export type Round = (site: Site, random: Random, name: string) => Promise<void>;

const LANES = 6;

/** Side by side, each with numbers of its own. */
function lanes(random: Random, count: number, run: (lane: number, random: Random) => Promise<void>): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, (_, lane) => run(lane, random.fork(lane))));
}

/** `?ms=`, for some requests: they work on for so long after they have loaded the session. */
function slow(random: Random): string {
  return random.next() < 0.25 ? `?ms=${1 + random.below(12)}` : '';
}

const WEIGHTS = { increment: 6, add: 3, field: 4, same: 2, cart: 3, read: 3, touch: 1 } as const;

/** One request of a lane, written down. */
async function act(client: Client, ledger: Ledger, lane: number, at: number, random: Random): Promise<void> {
  const operation = random.weighted(WEIGHTS);
  const ms = slow(random);
  switch (operation) {
    case 'increment': {
      const cutAfter = random.next() < 0.04 ? random.below(6) : undefined;
      ledger.incremented(await client.do(operation, operation + ms, cutAfter));
      return;
    }
    case 'add':
      ledger.added(await client.do(operation, operation + ms));
      return;
    case 'field':
      ledger.wrote(`f${lane}`, at + 1, await client.do(operation, `field/${lane}/${at + 1}${ms}`));
      return;
    case 'same':
      ledger.wroteSame(`${lane}-${at}`, await client.do(operation, `same/${lane}-${at}${ms}`));
      return;
    case 'cart':
      ledger.put(`${lane}-${at}`, await client.do(operation, `cart/${lane}-${at}${ms}`));
      return;
    case 'read': {
      const answer = await client.do(operation, operation + ms);
      if (answer.body['user'] !== undefined) ledger.read(answer);
      return;
    }
    case 'touch':
      await client.do(operation);
      return;
  }
}

async function signIn(site: Site, random: Random, user: string): Promise<Client> {
  const client = site.client(random);
  await client.do('login', `login/${user}`);
  return client;
}

/** What the session holds in the end; it must be the client's own. */
async function seen(site: Site, client: Client, user: string): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await client.do('read');
  if (body['user'] !== user) site.tally.violation('logged out', `${user}: the client is nobody, or ${String(body['user'])}`); // prettier-ignore
  return body;
}

/** Everything at once on one session. */
export const writes: Round = async (site, random, user) => {
  const client = await signIn(site, random, user);
  const ledger = new Ledger(user, site.tally);
  await lanes(random, LANES, async (lane, own) => {
    for (let at = 0; at < 8; at++) await act(client, ledger, lane, at, own);
  });
  ledger.verify(await seen(site, client, user));
};

/** One-time tokens, which several requests want, beside others that change the session. */
export const tokens: Round = async (site, random, user) => {
  const client = await signIn(site, random, user);
  const ledger = new Ledger(user, site.tally);
  for (let token = 0; token < 4; token++) {
    await client.do('token', `token/t${token}`);
    let taken = 0;
    await lanes(random.fork(token), LANES, async (lane, own) => {
      if (own.next() < 0.3) await act(client, ledger, lane, token, own);
      const { body } = await client.do('take');
      if (body['token'] === `t${token}`) taken += 1;
    });
    if (taken > 1) site.tally.violation('token taken twice', `${user}: t${token} was taken ${taken} times`, taken - 1);
    if (taken === 0) site.tally.violation('token lost', `${user}: nobody got t${token}`);
  }
  ledger.verify(await seen(site, client, user));
};

/** A logout beside slow writers and, at times, a rotation. */
export const logout: Round = async (site, random, user) => {
  const client = await signIn(site, random, user);
  // On stores without compare-and-swap even what a site that moves does by itself could write over the logout.
  if (!site.traits.atomic) for (const port of site.ports) await site.send('read', '/read', port, client.cookie);
  const { id } = client;
  const ledger = new Ledger(user, site.tally);
  const rotates = site.traits.atomic && random.next() < 0.5;
  const moment = random.below(5);
  let over = Infinity;
  const tabs: Client[] = [client];
  await lanes(random, LANES, async (lane, own) => {
    const tab = client.frozen(own);
    tabs.push(tab);
    for (let at = 0; at < 6; at++) {
      if (lane === 0 && at === moment) {
        const answer = await tab.do('logout', `logout${slow(own)}`);
        if (answer.outcome === 'done') over = answer.ended;
      } else if (lane === 1 && rotates) {
        await tab.do('rotate', `rotate${slow(own)}`);
      } else if (site.traits.atomic) {
        await act(tab, ledger, lane, at, own);
      }
      const { body, began } = await tab.do('read', `read${slow(own)}`);
      if (began > over && body['user'] !== undefined) {
        site.tally.violation('served after its end', `${user}: a read saw the session after the logout`);
      }
    }
  });
  for (const tab of tabs) {
    const { body } = await tab.do('read');
    if (body['user'] !== undefined) site.tally.violation('served after its end', `${user}: it is there again`);
  }
  const { isLive } = await site.ask(`record/${id}`);
  const { count = 0 } = await site.ask(`sessions/${user}`);
  if (isLive === true || count !== 0) site.tally.violation('record after its end', `${user}: ${String(count)} records`);
};

/** A new id, several times, beside readers and writers of one browser. */
export const rotations: Round = async (site, random, user) => {
  const client = await signIn(site, random, user);
  const ledger = new Ledger(user, site.tally);
  await lanes(random, LANES, async (lane, own) => {
    for (let at = 0; at < 6; at++) {
      if (lane < 2 && own.next() < 0.4) await client.do('rotate', `rotate${slow(own)}`);
      else if (site.traits.atomic) await act(client, ledger, lane, at, own);
      else await client.do('read', `read${slow(own)}`);
    }
  });
  ledger.verify(await seen(site, client, user));
  const { count = 1 } = await site.ask(`sessions/${user}`);
  if (count !== 1) site.tally.violation('sessions of a client', `${user}: ${String(count)} records`);
};

/** A login that is sent twice, by a browser with a session, beside others. */
export const logins: Round = async (site, random, user) => {
  const client = site.client(random);
  await client.do('visit');
  let done = 0;
  await lanes(random, 3, async (lane, own) => {
    if (lane < 2) {
      const { outcome } = await client.do('login', `login/${user}${slow(own)}`);
      if (outcome === 'done') done += 1;
    } else {
      for (let at = 0; at < 3; at++) await client.do('read', `read${slow(own)}`);
    }
  });
  await seen(site, client, user);
  const { count = done } = await site.ask(`sessions/${user}`);
  if (count !== done)
    site.tally.violation('sessions of a principal', `${user}: ${String(count)}, after ${done} logins`);
};

/** A user with several browsers, of which one ends the others, or all, while they work and rotate. */
export const revocations: Round = async (site, random, user) => {
  const clients: Client[] = [];
  for (let at = 0; at < CAP - 1; at++) clients.push(await signIn(site, random.fork(at), user));
  const ledgers = clients.map((_, at) => new Ledger(`${user}-${at}`, site.tally));
  const others = random.next() < 0.6;
  let over = Infinity;
  await lanes(random, 2 * clients.length + 1, async (lane, own) => {
    const device = lane % clients.length;
    const [client, ledger] = [clients[device], ledgers[device]];
    if (client === undefined || ledger === undefined) return;
    const isLast = lane === 2 * clients.length;
    for (let at = 0; at < (isLast ? 1 : 6); at++) {
      if (isLast) {
        await client.do('list');
        const answer = await client.do('revoke', others ? 'revoke?others=1' : 'revoke');
        if (answer.outcome === 'done') over = answer.ended;
      } else if (device > 0 && own.next() < 0.15) {
        await client.do('rotate', `rotate${slow(own)}`);
      } else {
        await act(client, ledger, lane % LANES, at, own);
      }
      const { body, began } = await client.do('read');
      if (began > over && body['user'] !== undefined && !(others && device === 0)) {
        site.tally.violation('served after its end', `${user}: a read saw a session after it was revoked`);
      }
    }
  });
  const left = over !== Infinity && others ? 1 : 0;
  if (left === 1 && clients[0] !== undefined) ledgers[0]?.verify(await seen(site, clients[0], user));
  for (const client of clients.slice(left)) {
    const { body } = await client.do('read');
    if (body['user'] !== undefined) site.tally.violation('served after its end', `${user}: a revoked session is there`);
  }
  const { count = left } = await site.ask(`sessions/${user}`);
  if (count !== left)
    site.tally.violation('record after its end', `${user}: ${String(count)} records instead of ${left}`);
};

/** More logins of a user than the cap allows, all at once. */
export const cap: Round = async (site, random, user) => {
  const clients = Array.from({ length: CAP + 3 }, (_, at) => site.client(random.fork(at)));
  await lanes(random, clients.length, async (lane, own) => {
    const client = clients[lane];
    await client?.do('login', `login/${user}${slow(own)}`);
    await client?.do('read', `read${slow(own)}`);
  });
  let live = 0;
  for (const client of clients) if ((await client.do('read')).body['user'] === user) live += 1;
  const { count = CAP } = await site.ask(`sessions/${user}`);
  if (count !== CAP || live !== CAP) {
    site.tally.violation('sessions of a principal', `${user}: ${String(count)} records, ${live} clients, not ${CAP}`);
  }
};
