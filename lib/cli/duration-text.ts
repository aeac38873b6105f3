const UNITS = [
  ['day', 24 * 60 * 60 * 1000],
  ['hour', 60 * 60 * 1000],
  ['minute', 60 * 1000],
  ['second', 1000],
] as const;

/** A time in milliseconds for people: `30 days`, `1.5 hours`, `12 ms`. */
export function durationText(milliseconds: number): string {
  if (milliseconds === Infinity) return 'none';
  const [unit, size] = UNITS.find(([, one]) => Math.abs(milliseconds) >= one) ?? ['ms', 1];
  const value = Math.round((milliseconds / size) * 10) / 10;
  return unit === 'ms' ? `${String(value)} ms` : `${String(value)} ${unit}${value === 1 ? '' : 's'}`;
}
