import { globalRegistry } from 'zod/v4/core';
import { addRegistry } from './marks.js';

// Zod before 4.1.13 has a registry of metadata for each module kind. The entry points that take a schema introduce the
// one of their own kind.
addRegistry(globalRegistry);
