import { UsageError } from './command-errors.js';

/**
 * The value of an option that is a whole number.
 * @throws UsageError
 */
export function numberOption(
  option: string,
  text: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { readonly least?: number; readonly most?: number } = {},
): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${String(least)}` : `from ${String(least)} to ${String(most)}`;
  throw new UsageError(`${option} must be a whole number ${range}`);
}
