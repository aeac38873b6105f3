// @ts-check
// The payloads of the sessions in the bench: a shopping cart of about the given size, as JSON.
import { z } from 'zod';

/** Bytes of JSON, by the names that the tables use. */
export const sizes = { '300B': 300, '2kB': 2000, '20kB': 20_000, '200kB': 200_000 };

/** @typedef {keyof typeof sizes} Size */

export const schema = z.object({
  userId: z.string().optional(),
  role: z.enum(['user', 'admin']).default('user'),
  views: z.int().default(0),
  cart: z.array(z.object({ sku: z.string(), name: z.string(), qty: z.int().positive() })).default([]),
});

/** @typedef {z.infer<typeof schema>} Payload */

/** @param {Size} size @returns {Payload} a new object for every call */
export function payload(size) {
  /** @type {Payload} */
  const made = { userId: 'ann', role: 'user', views: 0, cart: [] };
  let length = JSON.stringify(made).length;
  while (length < sizes[size] - 30) {
    const i = made.cart.length;
    const item = { sku: `sku-${i}-of-the-shop`, name: `A thing, number ${i}`, qty: (i % 9) + 1 };
    made.cart.push(item);
    length += JSON.stringify(item).length + 1;
  }
  return made;
}
