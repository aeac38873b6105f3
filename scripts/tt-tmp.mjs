import tsd from 'tsd'; import { relative, resolve } from 'node:path';
const root='/work/wt/tools/type-tests';
for (const d of ['standard','legacy']) { const cwd=resolve(root,'dialects',d);
 const p = await tsd.default({cwd, typingsFile: relative(cwd, resolve(root,'../dist/index.d.ts')), testFiles:[relative(cwd, resolve(root,'registered/testing.test-d.ts'))]});
 console.log(d, p.map(x=>`${x.line}:${x.column} ${x.message}`).join('\n')); }
