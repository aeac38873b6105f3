// The command as a process of its own, from the source; scripts/bundle.mjs writes the one that is published.
import { main } from '../../lib/cli.js';

await main('1.2.3');
