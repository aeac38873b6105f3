// @ts-check
// How long a cold import of the main entry takes, in a new process each time, in turn with express-session. zod and
// Express are imported before, because an app imports them anyway.
import { execFileSync } from 'node:child_process';
import { quick } from './production.mjs';
import { printMachine, printTable, verdict } from './tables.mjs';

const times = quick ? 3 : 25;

/** @type {Record<string, number | undefined>} the goals, by what is imported */
const modules = { 'typed-session': 10, 'typed-session/express-session': undefined, 'express-session': undefined };

/** @param {string} name @returns {{ cpu: number, clock: number }} ms */
function load(name) {
  const program = `
    await import('zod'); await import('express');
    const cpu = process.cpuUsage(), clock = performance.now();
    await import(${JSON.stringify(name)});
    const took = performance.now() - clock, { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({ clock: took, cpu: (user + system) / 1000 }));`;
  const env = { ...process.env, NODE_ENV: 'production', NODE_COMPILE_CACHE: undefined };
  const args = ['--input-type=module', '--eval', program];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: import.meta.dirname, env, encoding: 'utf8' }));
}

/** @param {readonly number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** @type {Record<string, { cpu: number, clock: number }[]>} */
const took = Object.fromEntries(Object.keys(modules).map((name) => [name, []]));
for (let i = 0; i <= times; i++) {
  for (const name of Object.keys(modules)) {
    const one = load(name);
    if (i > 0) took[name]?.push(one); // the first one fills the file cache
  }
}
printMachine(['typed-session', 'express', 'zod', 'express-session']);
const rows = Object.entries(took).map(([name, figures]) => {
  const [clock, cpu] = [median(figures.map((one) => one.clock)), median(figures.map((one) => one.cpu))];
  const goal = modules[name];
  return [name, clock.toFixed(1), cpu.toFixed(1), goal, verdict(clock, goal)];
});
printTable(`Cold import beside zod and Express, median of ${times} processes`, ['module', 'ms', 'CPU ms', 'goal', ''], rows); // prettier-ignore
