import { postgresStore } from './postgres-suite.js';
import { serverUrl } from './suite.js';

// In transaction mode each statement may run on another connection of the server.
postgresStore('PgBouncer', serverUrl('PGBOUNCER_URL'));
