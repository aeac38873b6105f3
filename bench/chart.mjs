// @ts-check
// The chart in docs/performance.md: what a session costs on each route, as a part of what express-session costs.
import { goalOf } from './routes.mjs';

const style = `
  .back { fill: #ffffff } .text { fill: #1f2328 } .faint { fill: #59636e } .axis { stroke: #d1d9e0 }
  .bar0 { fill: #0969da } .bar1 { fill: #8250df } .goal { stroke: #cf222e; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } .text { fill: #f0f6fc } .faint { fill: #9198a1 } .axis { stroke: #3d444d }
    .bar0 { fill: #4493f8 } .bar1 { fill: #ab7df8 } .goal { stroke: #f85149 }
  }
  text { font: 12px system-ui, sans-serif }`;
const left = 100;
const width = 560;
const barHeight = 14;
const labels = ['typed-session', 'drop-in'];

/** Where a ratio is on the axis, which ends at `limit`. @param {number} ratio @param {number} limit */
const place = (ratio, limit) => Number((left + Math.max(0, ratio) * (width / limit)).toFixed(1));

/** One bar with its number, and the mark of its goal. @param {number} y @param {number} ratio @param {number} colour @param {number | undefined} goal @param {(ratio: number) => number} x */
function bar(y, ratio, colour, goal, x) {
  const end = x(ratio);
  const mark = goal === undefined ? '' : `<line class="goal" x1="${x(goal)}" x2="${x(goal)}" y1="${y - 2}" y2="${y + barHeight + 2}"/>`; // prettier-ignore
  return `<rect class="bar${colour}" x="${left}" y="${y}" width="${(end - left).toFixed(1)}" height="${barHeight}"/>${mark}
  <text class="text" x="${Math.max(end, goal === undefined ? 0 : x(goal)) + 6}" y="${y + 11}">${ratio.toFixed(2)}</text>`;
}

/** @param {number} y */
const legend = (y) =>
  labels.map((label, i) => `<rect class="bar${i}" x="${left + i * 130}" y="${y}" width="12" height="12"/><text class="text" x="${left + 18 + i * 130}" y="${y + 11}">${label}</text>`).join('') +
  `<line class="goal" x1="${left + 270}" x2="${left + 270}" y1="${y - 2}" y2="${y + 14}"/><text class="text" x="${left + 278}" y="${y + 11}">goal</text>
  <text class="faint" x="${left + 330}" y="${y + 11}">1.00 = express-session; 2 kB, warm</text>`; // prettier-ignore

/** @param {import('./overhead.mjs').Costs} costs @param {readonly string[]} libraries one bar each */
export function chart(costs, libraries) {
  const ratios = Object.values(costs).flatMap((cost) =>
    libraries.map((library) => (cost.get(library)?.above ?? 0) / (cost.get('express-session')?.above ?? NaN)),
  );
  const limit = Math.max(1.1, ...ratios);
  /** @param {number} ratio */
  const x = (ratio) => place(ratio, limit);
  let y = 40;
  /** @type {string[]} */
  const parts = [];
  for (const [name, cost] of Object.entries(costs)) {
    const theirs = cost.get('express-session')?.above ?? NaN;
    parts.push(`<text class="text" x="${left - 10}" y="${y + 18}" text-anchor="end">${name}</text>`);
    for (const [i, library] of libraries.entries()) {
      const found = cost.get(library);
      if (found !== undefined) parts.push(bar(y, found.above / theirs, i, goalOf(library, '2kB', name, 'warm'), x));
      y += barHeight + 4;
    }
    y += 10;
  }
  const grid = [0, 0.25, 0.5, 0.75, 1].map((at) => `<line class="axis" x1="${x(at)}" x2="${x(at)}" y1="34" y2="${y}"/><text class="faint" x="${x(at)}" y="${y + 16}" text-anchor="middle">${at}</text>`); // prettier-ignore
  const [w, h] = [left + width + 60, y + 26];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="CPU per request as a part of express-session's, by route">
  <style>${style}
  </style>
  <rect class="back" width="${w}" height="${h}"/>
  ${legend(12)}
  ${[...grid, ...parts].join('\n  ')}
</svg>
`;
}
