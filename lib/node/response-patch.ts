import type { AnyResponse, InterceptedMethod, ResponseMethod, Untyped } from './node-messages.js';
import { GATE } from './state-keys.js';

/** The response's methods as they are without us: Node's own, or those of middleware in front of the session. */
export type NativeMethods = Readonly<Record<ResponseMethod, Untyped>>;

/** Takes a call of one of the response's methods. */
type Intercept = (method: InterceptedMethod, args: unknown[]) => unknown;

type Methods = Readonly<Record<InterceptedMethod, Untyped>>;

/** A response with its gate. */
interface Gated {
  readonly [GATE]: { readonly intercept: Intercept };
}

const NAMES = ['writeHead', 'flushHeaders', 'write', 'end'] as const;

/** The methods that we have put onto one response. Its prototypes, which belong to everybody, stay as they are. */
export class ResponsePatch {
  readonly native: NativeMethods;
  /** `flush` of compression in front of the session: what was written before it must be sent before it. */
  readonly flush: Untyped | undefined;
  readonly #target: Record<string, Untyped>;
  #writeHead: Untyped | undefined;

  constructor(response: AnyResponse) {
    const target = response as unknown as Record<string, Untyped>; // each method takes what it is given
    const { writeHead, flushHeaders, write, end, flush } = target;
    this.#target = target;
    // A response that is not Node's may lack some of them. What it lacks is not patched, and so never called.
    this.native = { writeHead, flushHeaders, write, end } as NativeMethods;
    this.flush = typeof flush === 'function' ? flush : undefined;
  }

  /** Puts methods onto the response that call its gate. */
  install(): void {
    this.#put(SHARED);
  }

  /** Puts other methods onto the response, in front of what other middleware has put there since. */
  installAgain(intercept: Intercept): void {
    this.#put(methodsWith((name) => (...args) => intercept(name, args))); // prettier-ignore
  }

  #put(methods: Methods): void {
    const target = this.#target;
    for (const name of NAMES) if (typeof this.native[name] === 'function') target[name] = methods[name];
    this.#writeHead = target['writeHead'];
    if (this.flush !== undefined) target['flush'] = methods.flush;
  }

  /** Whether middleware behind the session has put a `writeHead` in front of ours, as `on-headers` does. */
  get isWriteHeadWrapped(): boolean {
    return this.#target['writeHead'] !== this.#writeHead;
  }

  /** Calls the response's `writeHead` with its status, as Node does before the first byte. */
  callOutermostWriteHead(statusCode: number): void {
    this.#target['writeHead']?.(statusCode);
  }

  /** Runs something during which Node's implicit `writeHead` comes to us without what is in front of ours. */
  withOwnWriteHead<T>(run: () => T): T {
    const target = this.#target;
    const outermost = target['writeHead'];
    if (outermost === undefined || this.#writeHead === undefined) return run();
    target['writeHead'] = this.#writeHead;
    try {
      return run();
    } finally {
      if (target['writeHead'] === this.#writeHead) target['writeHead'] = outermost;
    }
  }
}

/** The first methods of every response. They are shared, so that a request allocates none. */
const SHARED = methodsWith(
  (name) =>
    function (this: unknown, ...args) {
      return (this as Gated)[GATE].intercept(name, args); // throws on an object without a gate, and drops nothing
    },
);

function methodsWith(method: (name: InterceptedMethod) => Untyped): Methods {
  return {
    writeHead: method('writeHead'),
    flushHeaders: method('flushHeaders'),
    write: method('write'),
    end: method('end'),
    flush: method('flush'),
  };
}
