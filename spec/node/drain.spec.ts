import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { DrainListeners } from '../../lib/node/drain-listeners.js';
import type { AnyResponse } from '../../lib/node/node-messages.js';

/** An emitter whose `on` puts listeners of `drain` elsewhere, as compression does. */
function withOther() {
  const response = new EventEmitter();
  const other = new EventEmitter();
  const on = response.on.bind(response);
  response.on = (name, listener) => {
    if (name === 'drain') other.on(name, listener);
    else on(name, listener);
    return response;
  };
  const drains = DrainListeners.watch(response as unknown as AnyResponse);
  if (drains === undefined) throw new Error('it is watched, because its `on` is not that of Node');
  return { response, other, drains };
}

describe('listeners for drain', () => {
  it('are not watched if the methods of the response are those of Node', () => {
    const response = new EventEmitter();
    expect(DrainListeners.watch(response as unknown as AnyResponse)).toBeUndefined();
    expect(Object.hasOwn(response, 'on')).toBe(false);
  });

  it.each(['on', 'once'] as const)('that are added with %s are reached where middleware has put them', (method) => {
    const { response, other, drains } = withOther();
    let calls = 0;
    response[method]('drain', () => calls++);
    drains.emit();
    expect(calls).toBe(1);
    other.emit('drain');
    expect(calls).toBe(method === 'on' ? 2 : 1);
  });

  it('are called once if the response reaches them itself', () => {
    const response = new EventEmitter();
    const on = response.on.bind(response);
    response.on = (name, listener) => on(name, (...args: unknown[]) => { listener(...args); }); // prettier-ignore
    const drains = DrainListeners.watch(response as unknown as AnyResponse);
    let calls = 0;
    response.on('drain', () => calls++);
    drains?.emit();
    drains?.emit();
    expect(calls).toBe(2);
  });

  it.each(['off', 'removeListener'] as const)('that are removed with %s are not called', (method) => {
    const { response, other, drains } = withOther();
    let calls = 0;
    const listener = (): void => {
      calls++;
    };
    response.on('drain', listener);
    response.once('drain', listener);
    response[method]('drain', listener);
    response[method]('drain', listener);
    drains.emit();
    other.emit('drain');
    expect(calls).toBe(0);
  });

  it('that are all removed are not called', () => {
    const { response, drains } = withOther();
    let calls = 0;
    response.on('drain', () => calls++);
    response.removeAllListeners('drain');
    drains.emit();
    expect(calls).toBe(0);
  });
});
