-- Serves the count against the limit: it is made under a lock, and must not read each key of a large tenant.
CREATE INDEX api_keys_toward_the_limit ON api_keys (tenant_id, expires_at) WHERE deleted_at IS NULL AND revoked_at IS NULL;
