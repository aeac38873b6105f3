import { z } from 'zod';
import { MAX_QUANTITY } from './cart.js';

const text = z.string().max(200);
const quantity = z
  .string()
  .trim()
  .regex(/^[0-9]{1,4}$/)
  .transform(Number)
  .pipe(z.int().min(1).max(MAX_QUANTITY));

export const WRONG_QUANTITY = `A quantity must be a whole number from 1 to ${MAX_QUANTITY}.`;

/** Reads the login form. A field that is missing or malformed is `undefined`. */
export function readLogin(body: unknown): { login?: string | undefined; password?: string | undefined } {
  return {
    login: text.trim().safeParse(field(body, 'login')).data,
    password: text.safeParse(field(body, 'password')).data,
  };
}

/** Reads a form about one product. `qty` is `undefined` unless it is a valid quantity. */
export function readLine(body: unknown): { sku?: string | undefined; qty?: number | undefined } {
  return { sku: text.safeParse(field(body, 'sku')).data, qty: quantity.safeParse(field(body, 'qty')).data };
}

function field(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}
