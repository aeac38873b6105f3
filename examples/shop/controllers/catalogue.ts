import type { Response } from 'express';
import type { SessionRequest } from 'typed-session';
import { products } from '../catalogue.js';
import { cataloguePage } from '../pages/catalogue.js';
import { render } from '../pages/render.js';

export async function showCatalogue(req: SessionRequest, res: Response): Promise<void> {
  await render(req, res, cataloguePage(products));
}
