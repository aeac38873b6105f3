// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../report.mjs';
import { accepts, daemon, freePort } from './processes.mjs';
import { program } from './programs.mjs';

const here = join(import.meta.dirname, 'mongo');

export const programs = { mvn: 'maven', java: 'default-jre-headless' };

/**
 * Starts mongo-java-server, a stand-in for MongoDB, which Debian does not have and which cannot be downloaded here: it
 * speaks the wire protocol of MongoDB 4.4 as far as the drivers 6 and 7 need it, and keeps everything in memory.
 *
 * What it lacks: it takes a TTL index and never removes anything by it; no replica set, no retryable writes, no
 * transactions, no change streams; it has an index for no filter of more than one field. That MongoDB would remove
 * expired sessions is tested at the driver's boundary: the index is asked for, and each document carries the date that
 * it works by. Why not FerretDB: docs/decisions/mongodb.md.
 *
 * @param {string} folder
 */
export async function mongo(folder) {
  const port = await freePort();
  const classPath = join(folder, 'class-path');
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath';
  await run(program('mvn'), ['-q', '-B', '-f', join(here, 'pom.xml'), plugin, `-Dmdep.outputFile=${classPath}`]);
  const main = join(here, 'StandIn.java');
  const until = daemon(folder, [program('java'), '-cp', readFileSync(classPath, 'utf8'), main, `${port}`]);
  await until(() => accepts(port)); // it accepts connections once it can answer them
  return `mongodb://127.0.0.1:${port}/sessions`;
}
