import { z } from 'zod';
import { MAX_QUANTITY } from './cart.js';

const text = z.string().max(200);
const quantity = z
  .string()
  .trim()
  .regex(/^[0-9]{1,4}$/)
  .transform(Number)
  .pipe(z.int().min(1).max(MAX_QUANTITY));

export const WRONG_QUANTITY = `A quantity is a whole number from 1 to ${MAX_QUANTITY}.`;

/** What the login form sent; a field that it would not have sent so is `undefined`. */
export function readLogin(body: unknown): { login?: string | undefined; password?: string | undefined } {
  return {
    login: text.trim().safeParse(field(body, 'login')).data,
    password: text.safeParse(field(body, 'password')).data,
  };
}

/** What a form about one product sent; `qty` is `undefined` where no quantity of ours was typed. */
export function readLine(body: unknown): { sku?: string | undefined; qty?: number | undefined } {
  return { sku: text.safeParse(field(body, 'sku')).data, qty: quantity.safeParse(field(body, 'qty')).data };
}

function field(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}
