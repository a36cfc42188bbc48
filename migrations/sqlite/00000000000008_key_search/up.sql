-- Serves the count against the limit: it is made under a lock, and must not read each key of a large tenant.
CREATE INDEX api_keys_toward_the_limit ON api_keys (tenant_id, expires_at) WHERE deleted_at IS NULL AND revoked_at IS NULL;
-- Which of a tenant's keys have two secrets now: shown above each list.
CREATE INDEX key_rotations_of_a_tenant ON key_rotations (tenant_id, ends_at);
