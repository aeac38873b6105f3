import type { InterceptedMethod } from './messages.js';

/**
 * What has happened to a response: nothing; `writeHead` was called, and its head waits for the first byte; the commit before
 * the first byte is at work; the headers are sent; the commit before the end is at work; everything was passed on.
 */
export type Phase = 'open' | 'head given' | 'held' | 'streaming' | 'ending' | 'done';

/**
 * What the gate does with a call: makes it; queues it until the commit is done; keeps the head; compares it with the head
 * that is kept; commits the session first.
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
