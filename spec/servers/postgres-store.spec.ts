import { postgresStore } from './postgres-suite.js';
import { serverUrl } from './suite.js';

postgresStore('PostgreSQL', serverUrl('POSTGRES_URL'));
