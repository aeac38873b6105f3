// @ts-check
// What the scripts of checks share: one line for each check, the last line with the counts, and commands.
import { spawn } from 'node:child_process';

let passed = 0;
let failed = 0;

/**
 * Does one thing that can fail, and prints `ok name` or `FAILED name` with the reason.
 *
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T | undefined>} what the work returned; undefined where it failed
 */
export async function check(name, work) {
  const start = performance.now();
  try {
    const result = await work();
    passed += 1;
    console.log(`ok ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    failed += 1;
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`FAILED ${name}\n${reason.trimEnd().replace(/^/gm, '  ')}`);
    return undefined;
  }
}

/** The last line, `N passed, N failed`, and the exit code. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

/**
 * Runs a command without a shell and without input; throws what it printed unless it exits with 0.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, seconds?: number }} [options]
 * @returns {Promise<string>} what it printed on stdout
 */
export function run(command, args, { cwd = process.cwd(), env = process.env, seconds = 1200 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: seconds * 1000 });
    let stdout = '';
    let all = '';
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => void ((stdout += chunk), (all += chunk)));
    child.stderr.on('data', (/** @type {Buffer} */ chunk) => void (all += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${command} ${args.join(' ')}: ${signal ?? `exit code ${code}`}\n${all}`));
    });
  });
}

/**
 * Installs packages into an empty project. What npm's cache holds is taken from it without asking the registry.
 *
 * @param {string} cwd
 * @param {readonly string[]} packages
 */
export async function install(cwd, packages) {
  const flags = ['--no-audit', '--no-fund', '--no-save', '--prefer-offline'];
  await run('npm', ['install', ...flags, ...packages], { cwd });
  return true;
}
