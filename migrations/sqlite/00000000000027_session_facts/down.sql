ALTER TABLE sessions DROP COLUMN program;
ALTER TABLE sessions DROP COLUMN address;
ALTER TABLE sessions DROP COLUMN proven_at;
