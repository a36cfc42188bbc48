DROP TABLE sealed_secrets;
ALTER TABLE tenants DROP COLUMN recoverable_keys;
DROP TABLE limit_requests;
ALTER TABLE users DROP COLUMN support;
