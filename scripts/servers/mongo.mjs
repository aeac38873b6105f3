// @ts-check
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { run } from '../report.mjs';

const here = join(import.meta.dirname, 'mongo');

/**
 * Starts mongo-java-server, a stand-in for MongoDB, which Debian does not have and which cannot be downloaded here: it
 * speaks the wire protocol of MongoDB 4.4 as far as the drivers 6 and 7 need it, and keeps everything in memory.
 *
 * What it lacks: it takes a TTL index and never removes anything by it; no replica set, no retryable writes, no
 * transactions, no change streams; it has an index for no filter of more than one field. That MongoDB would remove
 * expired sessions is tested at the driver's boundary: the index is asked for, and each document carries the date that
 * it works by. Why not FerretDB: docs/decisions.md.
 *
 * @param {string} folder
 * @param {number} port
 * @param {(command: string, args: string[], folder: string) => void} daemon
 */
export async function mongo(folder, port, daemon) {
  await run('which', ['mvn', 'java']).catch(() => run('apt-get', ['install', '-y', '-qq', 'maven', 'default-jre-headless'])); // prettier-ignore
  const classPath = join(folder, 'class-path');
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath';
  await run('mvn', ['-q', '-B', '-f', join(here, 'pom.xml'), plugin, `-Dmdep.outputFile=${classPath}`]);
  daemon('java', ['-cp', readFileSync(classPath, 'utf8'), join(here, 'StandIn.java'), `${port}`], folder);
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (tries === 600) throw new Error('the stand-in for MongoDB is not there after 60 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return `mongodb://127.0.0.1:${port}/sessions`;
}

/** It accepts connections once it can answer them. @param {number} port @returns {Promise<boolean>} */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
