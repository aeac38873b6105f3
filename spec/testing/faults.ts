import type { ConformanceOptions } from 'typed-session/testing';
import { MemoryStore, type SessionRecord, type SessionStore } from 'typed-session';

/** A store with one mistake in it, such as people make. */
export interface Fault {
  /** What the suite must say about it. */
  readonly told: RegExp;
  /** How the suite is called on it. */
  readonly options: ConformanceOptions;
}

type Mistake = { readonly [Method in keyof SessionStore]?: SessionStore[Method] | undefined };

/** A mistake in some methods of a store that is right otherwise. */
function fault(
  told: RegExp,
  mistake: (right: MemoryStore) => Mistake,
  options: Partial<ConformanceOptions> = {},
): Fault {
  const open = (): SessionStore => {
    const right = new MemoryStore();
    return { ...methodsOf(right), ...mistake(right) } as SessionStore; // a mistake may take a method away
  };
  return { told, options: { open, without: ['shared'], sessions: 20, ...options } };
}

/** The same store as an object of methods, which can be replaced. */
export function methodsOf(store: MemoryStore): SessionStore {
  return {
    read: (key) => store.read(key),
    create: (key, record) => store.create(key, record),
    update: (key, record, expected) => store.update(key, record, expected),
    touch: (key, expiresAt, expected) => store.touch(key, expiresAt, expected),
    delete: (key) => store.delete(key),
    list: (principal) => store.list(principal),
    revoke: (principal, except) => store.revoke(principal, except),
    scan: (cursor, limit) => store.scan(cursor, limit),
    prune: () => store.prune(),
    size: () => store.size(),
    close: () => store.close(),
  };
}

const one = new MemoryStore();
/** As a server has it, whatever Date.now is made to say. */
const serverNow = (): number => performance.timeOrigin + performance.now();

export const faults: Readonly<Record<string, Fault>> = {
  'create writes over a live record': fault(
    /^create must resolve to false.*where a live record has the key/,
    (right) => ({
      create: async (key, record) => {
        await right.delete(key);
        return right.create(key, record);
      },
    }),
  ),
  'update does not look at the revision': fault(/^update must resolve to false.*another revision/, (right) => ({
    update: async (key, record) => right.update(key, record, (await right.read(key))?.revision ?? 0),
  })),
  'update compares, and then writes': fault(
    /^update must resolve to false.*compare in the command itself/,
    (right) => ({
      update: async (key, record, expected) => {
        const found = await right.read(key);
        if (found?.revision !== expected) return false;
        for (let now = await right.read(key); now !== undefined; now = await right.read(key)) {
          if (await right.update(key, record, now.revision)) return true;
        }
        return false;
      },
    }),
  ),
  'update brings back what has ended': fault(/^update.*must not come back/, (right) => ({
    update: async (key, record, expected) =>
      (await right.read(key)) === undefined ? right.create(key, record) : right.update(key, record, expected),
  })),
  'update leaves the fields that the new record does not have': fault(/^update must clear/, (right) => ({
    update: async (key, record, expected) => right.update(key, { ...(await right.read(key)), ...record }, expected),
  })),
  'touch moves the revision': fault(/^touch must move the deadline and nothing else/, (right) => ({
    touch: async (key, expiresAt, expected) => {
      const found = await right.read(key);
      return found !== undefined && right.update(key, { ...found, expiresAt, revision: expected + 1 }, expected);
    },
  })),
  'touch only ever pushes the deadline out': fault(/^touch must move the deadline to where it is told/, (right) => ({
    touch: async (key, expiresAt, expected) =>
      right.touch(key, Math.max(expiresAt, (await right.read(key))?.expiresAt ?? 0), expected),
  })),
  'read serves what has expired': fault(/^read must give a record until its deadline/, (right) => {
    const last = new Map<string, SessionRecord>();
    return {
      create: (key, record) => (last.set(key, record), right.create(key, record)),
      delete: (key) => (last.delete(key), right.delete(key)),
      read: async (key) => (await right.read(key)) ?? last.get(key),
    };
  }),
  'read gives null for nothing': fault(/^read must resolve to undefined.*null, and must be undefined/, (right) => ({
    read: async (key) => (await right.read(key)) ?? (null as unknown as undefined), // as plain JavaScript may
  })),
  'read gives the revision as text': fault(/revision: "1" in place of 1/, (right) => ({
    read: async (key) => {
      const found = await right.read(key);
      return found && { ...found, revision: String(found.revision) as unknown as number }; // as drivers do with a bigint
    },
  })),
  'delete always says that there was one': fault(/^delete must resolve to false/, (right) => ({
    delete: async (key) => (await right.delete(key)) || true,
  })),
  'list misses one': fault(/^list must give every live session.*missing: 1/, (right) => ({
    list: async (principal) => (await right.list(principal)).slice(1),
  })),
  'list goes by who a session belonged to at first': fault(/^list must follow every change/, (right) => {
    const first = new Map<string, string | undefined>();
    return {
      create: (key, record) => (first.set(key, record.principal), right.create(key, record)),
      list: async (principal) => {
        const { entries } = await right.scan(undefined, 1_000);
        return entries.filter(([key]) => first.get(key) === principal);
      },
    };
  }),
  'list finds principals that begin alike': fault(/^a principal is any text/, (right) => ({
    list: async (principal) => {
      const { entries } = await right.scan(undefined, 1_000);
      return entries.filter(([, record]) => record.principal?.startsWith(principal));
    },
  })),
  'list gives the records as they were created': fault(/^list must give the records as read does/, (right) => {
    const first = new Map<string, SessionRecord>();
    return {
      create: (key, record) => (first.set(key, record), right.create(key, record)),
      list: async (principal) =>
        (await right.list(principal)).map(([key, record]) => [key, first.get(key) ?? record] as const),
    };
  }),
  'revoke removes what is excepted': fault(/^revoke must leave the sessions whose keys are in except/, (right) => ({
    revoke: (principal) => right.revoke(principal, []),
  })),
  'revoke counts what it leaves': fault(/^revoke must resolve to how many/, (right) => ({
    revoke: async (principal, except) => {
      const { length } = await right.list(principal);
      await right.revoke(principal, except);
      return length + 1;
    },
  })),
  'scan skips one': fault(/^scan must meet every live record/, (right) => ({
    scan: async (cursor, limit) => {
      const { entries, next } = await right.scan(cursor, limit);
      return { entries: entries.slice(1), next };
    },
  })),
  'scan does not lead on': fault(/^next must lead on/, (right) => ({
    scan: async (cursor, limit) => ({ ...(await right.scan(undefined, limit)), next: cursor ?? 'again' }),
  })),
  'prune removes and does not count': fault(
    /^prune must remove every dead record and resolve to how many/,
    (right) => ({
      prune: async () => (await right.prune()) * 0,
    }),
  ),
  'size counts every create': fault(/^size must resolve to the number of live records/, (right) => {
    let created = 0;
    return { create: (key, record) => (created++, right.create(key, record)), size: async () => created };
  }),
  'an object that was read leads to what is stored': fault(/^a record is a value/, (right) => {
    const objects = new Map<string, SessionRecord>();
    return {
      read: async (key) => {
        const found = await right.read(key);
        if (found === undefined) return undefined;
        const version = `${key} ${String(found.writeId)} ${String(found.expiresAt)}`;
        const object = objects.get(version) ?? { ...found };
        objects.set(version, object);
        return object;
      },
    };
  }),
  'an aborted update leaves a half': fault(/^a command whose signal is aborted/, (right) => ({
    update: async (key, record, expected, options) => {
      const found = await right.read(key);
      const half = options?.signal.aborted === true && found ? { ...found, revision: record.revision } : record;
      return right.update(key, half, expected);
    },
  })),
  'a damaged record makes read reject': fault(
    /^its text is broken/,
    (right) => ({
      read: async (key) => {
        const found = await right.read(key);
        if (found?.revision === 666) throw new SyntaxError('its text is broken');
        return found;
      },
      create: (key, record) =>
        right.create(key, record.data === '{"admin":true}' ? { ...record, revision: 666 } : record),
    }),
    { damage: () => undefined },
  ),
  'a server removes records by its own clock': fault(/writer’s clock/, (right) => ({
    create: async (key, record) => record.expiresAt < serverNow() || right.create(key, record),
  })),
  'a process whose clock is ahead removes what looks dead': {
    told: /^a process whose clock is ahead .* take it from nobody else/,
    options: { open: () => ({ ...methodsOf(one), close: async () => undefined }), sessions: 20 },
  },
  'every store has sessions of its own': fault(/^stores that open gives .* without: \['shared'\]/, () => ({}), {
    without: [],
  }),
  'a method is missing': fault(/has no method list: implement it, or pass without: \['list'\]/, () => ({
    list: undefined,
  })),
  'a method is left out that is there': fault(/^the store has the method scan: take 'scan' out/, () => ({}), {
    without: ['shared', 'scan'],
  }),
  'open gives no store': {
    told: /^open must give a store, and what it gave has no method read/,
    options: { open: () => ({}) as SessionStore }, // as plain JavaScript may
  },
};
