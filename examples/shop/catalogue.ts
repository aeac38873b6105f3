export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly about: string;
  /** In cents, so that sums are exact. */
  readonly price: number;
}

/** Each has a picture: `public/<sku>.svg`. */
export const products: readonly Product[] = [
  { sku: 'notebook', name: 'Field notebook', about: 'Dotted, 96 pages, stays open on your desk.', price: 1250 },
  { sku: 'pencil', name: 'Cedar pencil', about: 'Soft, dark, and already sharpened.', price: 180 },
  { sku: 'ink', name: 'Blue-black ink', about: '50 ml, waterproof when dry.', price: 1490 },
  { sku: 'envelopes', name: 'Ten envelopes', about: 'Laid paper, gummed, lined in grey.', price: 640 },
  { sku: 'ruler', name: 'Steel ruler', about: '30 cm, with a cork back that does not slip.', price: 890 },
  { sku: 'lamp', name: 'Reading lamp', about: 'One warm bulb, one long arm, no app.', price: 5900 },
];

const bySku = new Map(products.map((product) => [product.sku, product]));

export function productOf(sku: string): Product | undefined {
  return bySku.get(sku);
}

const euros = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });

export function formatPrice(cents: number): string {
  return euros.format(cents / 100);
}
