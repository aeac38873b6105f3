/** An Express app, reduced to what the command line reads of it. */
export interface ExpressApp {
  readonly get: (setting: string) => unknown;
}

interface Layer {
  readonly handle?: unknown;
}

interface WithStack {
  readonly stack?: readonly Layer[];
}

/** Whether a value is an Express app, of release 4 or 5. */
export function isExpressApp(value: unknown): value is ExpressApp {
  if (typeof value !== 'function') return false;
  const members = value as unknown as Readonly<Record<string, unknown>>; // a function has properties
  return ['use', 'set', 'get', 'handle', 'enabled'].every((name) => typeof members[name] === 'function');
}

/** Every middleware of an app, including those of its routers. */
export function handlersOf(app: ExpressApp): unknown[] {
  const { _router: router4 } = app as { readonly _router?: WithStack }; // Express 4, which throws at `app.router`
  const stack = router4?.stack ?? (app as { readonly router?: WithStack }).router?.stack ?? [];
  return flatten(stack, new Set());
}

function flatten(stack: readonly Layer[], seen: Set<unknown>): unknown[] {
  return stack.flatMap(({ handle }) => {
    if (handle === undefined || handle === null || seen.has(handle)) return [];
    seen.add(handle);
    return [handle, ...flatten((handle as WithStack).stack ?? [], seen)];
  });
}
