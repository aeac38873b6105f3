import { accessSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { InspectedApp } from './inspected-app.js';

/** Starts Chromium: that of the system, or the one that `CHROMIUM` names. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: executable(), args: ['--no-sandbox', '--disable-gpu'] });
}

function executable(): string {
  const named = process.env['CHROMIUM'];
  if (named !== undefined) return named;
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'chromium'));
  const found = paths.find((path) => {
    try {
      accessSync(path);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('There is no chromium on the path.');
  return found;
}

/** A page of the operator's browser, and what the browser has complained about. */
export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: string[];
}

/** Opens a browser in which the operator is signed in. */
export async function openAs(
  browser: Browser,
  app: InspectedApp,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const [name = '', value = ''] = app.admin.split('=');
  await context.addCookies([{ name, value, url: app.base }]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, context, complaints };
}

/** What axe finds on a page, each as the rule and the elements. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source); // a script element would be refused by the policy of the page
  const { violations: found, incomplete } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations', 'incomplete'] }),
  );
  // What is scrolled out of sight has no contrast.
  const unsure = incomplete.filter(({ id, impact }) => impact !== 'minor' && id !== 'color-contrast');
  return [...found, ...unsure].map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(' ')}`);
}
