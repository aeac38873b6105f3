// What fast-check makes up is the same in each run, so that a commit passes or does not. `SEED=<number>` explores further.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 20261125) });
