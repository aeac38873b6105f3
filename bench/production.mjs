// @ts-check
// Imported first by every program of the bench: libraries read these variables when they load.
process.env['NODE_ENV'] = 'production';
process.env['NO_DEPRECATION'] = 'express-session';

// Stores in memory warn in production. The bench uses them on purpose.
console.warn = () => undefined;
process.removeAllListeners('warning');

/** Whether to measure as little as shows that everything works. */
export const quick = process.env['BENCH_QUICK'] !== undefined;
