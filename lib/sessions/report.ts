import { emit, isObserved, type SessionEvent, type SessionEvents } from '../events.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { commitTraces, handleOf, traced, type CommitTrace } from '../tracing.js';
import type { RequestSession } from './request-session.js';

/** The events that are about one request's session. */
type Reported = Exclude<keyof SessionEvents extends `typed-session:${infer K}` ? K : never, 'unknown-fields'>;

/** What an event contains besides what all of them do. */
type Rest<K extends Reported> = Omit<SessionEvents[`typed-session:${K}`], keyof SessionEvent>;

/** Publishes an event about a session, and adds it to the trace of the commit that is running. */
export function report<S extends SessionSchema, K extends Reported>(
  session: RequestSession<S>,
  name: K,
  rest: Rest<K>,
): void {
  const { trace, loadTrace } = session;
  if (trace !== undefined) addTo(trace, name, rest, session);
  if (name === 'load' && loadTrace !== undefined) loadTrace.outcome = (rest as Rest<'load'>).outcome;
  if (!isObserved(name)) return;
  const event = { request: session.request, middleware: session.config.names[0], session: handle(session), ...rest };
  emit(name, event as unknown as SessionEvents[`typed-session:${K}`]); // the rest of this event
}

/** The handle of a request's session; `undefined` if it is not stored. */
function handle<S extends SessionSchema>({ state }: RequestSession<S>): string | undefined {
  return state.stored && handleOf(state.stored.key);
}

/** Stores the changes of a session, and publishes the trace of it. Costs nothing if nobody subscribes. */
export function traceCommit<S extends SessionSchema, T>(
  session: RequestSession<S>,
  operation: CommitTrace['operation'],
  work: () => Promise<T> | undefined,
): Promise<T> | undefined {
  if (!commitTraces.hasSubscribers) return work();
  const { request, config } = session;
  const message: CommitTrace = {
    request,
    middleware: config.names[0],
    store: config.store.kind,
    operation,
    session: handle(session),
    outcome: 'unchanged',
    retries: 0,
  };
  session.trace = message;
  const done = traced(commitTraces, message, work);
  const end = (): void => {
    if (session.trace === message) session.trace = undefined;
  };
  if (done === undefined) end();
  else done.then(end, end);
  return done;
}

function addTo<S extends SessionSchema, K extends Reported>(
  trace: CommitTrace,
  name: K,
  rest: Rest<K>,
  session: RequestSession<S>,
): void {
  if (name === 'commit') {
    const before = trace.session;
    trace.session = handle(session);
    if (before !== undefined && before !== trace.session) trace.previousSession = before;
    trace.outcome = (rest as Rest<'commit'>).created ? 'created' : 'updated';
  } else if (name === 'rotate') trace.outcome = 'rotated';
  else if (name === 'touch') trace.outcome = 'touched';
  else if (name === 'destroy') trace.outcome = 'destroyed';
  else if (name === 'conflict') trace.retries += 1;
}
