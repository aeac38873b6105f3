-- The table of a PostgresStore, and its indexes: what store.setup() runs if there is no table yet.
-- For another name, or a schema, ask createTableSql('web.sessions') of typed-session/postgres.
-- The role of the application needs SELECT, INSERT, UPDATE and DELETE on the table, and nothing else.

CREATE TABLE IF NOT EXISTS "sessions" (
  key text COLLATE "C" PRIMARY KEY,
  revision bigint NOT NULL,
  expires_at bigint NOT NULL,
  principal text COLLATE "C",
  record text NOT NULL
);
CREATE INDEX IF NOT EXISTS "sessions_expires_at" ON "sessions" (expires_at);
CREATE INDEX IF NOT EXISTS "sessions_principal" ON "sessions" (principal) WHERE principal IS NOT NULL;
