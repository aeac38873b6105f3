import type { InterceptedMethod } from './node-messages.js';

/**
 * The progress of a response. `open`: nothing was called. `head given`: `writeHead` was called, and its head waits for the
 * first byte. `held`: the commit before the first byte is running. `streaming`: the headers are sent. `ending`: the commit
 * before the end is running. `done`: everything was passed on.
 */
export type Phase = 'open' | 'head given' | 'held' | 'streaming' | 'ending' | 'done';

/**
 * What the gate does with a call. `call` passes it on. `queue` defers it until the commit is done. `giveHead` keeps the head.
 * `repeatHead` compares it with the head that was kept. `begin` and `endLate` commit the session first.
 */
type Action = 'call' | 'queue' | 'giveHead' | 'repeatHead' | 'begin' | 'endLate';

// prettier-ignore
export const ACTIONS: Readonly<Record<Phase, Readonly<Record<InterceptedMethod, Action>>>> = {
  open:         { writeHead: 'giveHead',   flushHeaders: 'begin', write: 'begin', end: 'begin',   flush: 'call'  },
  'head given': { writeHead: 'repeatHead', flushHeaders: 'begin', write: 'begin', end: 'begin',   flush: 'call'  },
  held:         { writeHead: 'repeatHead', flushHeaders: 'queue', write: 'queue', end: 'queue',   flush: 'queue' },
  streaming:    { writeHead: 'call',       flushHeaders: 'call',  write: 'call',  end: 'endLate', flush: 'call'  },
  ending:       { writeHead: 'call',       flushHeaders: 'queue', write: 'queue', end: 'queue',   flush: 'queue' },
  done:         { writeHead: 'call',       flushHeaders: 'call',  write: 'call',  end: 'call',    flush: 'call'  },
};
