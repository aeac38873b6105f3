import { z } from 'zod';
import { productOf, type Product } from './catalogue.js';

export const MAX_QUANTITY = 99;

export const cartSchema = z.array(z.object({ sku: z.string(), qty: z.int().min(1).max(MAX_QUANTITY) }));

export type Cart = z.output<typeof cartSchema>;

/** The part of a session that these functions change. */
interface HasCart {
  cart: Cart;
}

/** Adds to the quantity in the cart. Returns the new quantity, which is at most `MAX_QUANTITY`. */
export function addToCart(session: HasCart, sku: string, qty: number): number {
  const item = session.cart.find((one) => one.sku === sku);
  const sum = Math.min(MAX_QUANTITY, (item?.qty ?? 0) + qty);
  if (item === undefined) session.cart.push({ sku, qty: sum });
  else item.qty = sum;
  return sum;
}

/** Sets the quantity of a product in the cart. Returns false if the product is not in the cart. */
export function changeInCart(session: HasCart, sku: string, qty: number): boolean {
  const item = session.cart.find((one) => one.sku === sku);
  if (item === undefined) return false;
  item.qty = qty;
  return true;
}

export function removeFromCart(session: HasCart, sku: string): void {
  session.cart = session.cart.filter((one) => one.sku !== sku);
}

export interface CartLine {
  readonly product: Product;
  readonly qty: number;
  readonly price: number;
}

/** The cart with its products. A product that is no longer in the catalogue is left out. */
export function cartLines(cart: Cart): CartLine[] {
  return cart.flatMap(({ sku, qty }) => {
    const product = productOf(sku);
    return product === undefined ? [] : [{ product, qty, price: product.price * qty }];
  });
}

export function countOf(cart: Cart): number {
  return cartLines(cart).reduce((sum, line) => sum + line.qty, 0);
}

export function totalOf(lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + line.price, 0);
}
