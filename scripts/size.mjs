// @ts-check
// `npm run size`: how large the package is, as Markdown; fails above the limit. A pull request shows it in its summary.
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { contentsOf, LIMIT, pack } from './pack.mjs';

const temp = mkdtempSync(join(tmpdir(), 'typed-session-size-'));
try {
  const tarball = await pack(temp);
  const { size, files } = await contentsOf(tarball);
  const unpacked = gunzipSync(readFileSync(tarball)).length;
  const kB = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const text = [
    '| package | limit | unpacked, as a tar | files |',
    '| --- | --- | --- | --- |',
    `| ${kB(size)} | ${kB(LIMIT)} | ${kB(unpacked)} | ${files.length} |`,
  ].join('\n');
  console.log(text);
  const summary = process.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined) appendFileSync(summary, `### Size\n\n${text}\n\n`);
  if (size > LIMIT) throw new Error(`the package has ${size} bytes, and may have ${LIMIT}`);
} finally {
  rmSync(temp, { recursive: true, force: true });
}
