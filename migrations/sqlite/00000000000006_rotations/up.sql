-- Rotations: a key's other secret, what it still does, and who uses which. And why a key was revoked.

-- When its secret was changed last; NULL: never.
ALTER TABLE api_keys ADD COLUMN rotated_at TIMESTAMP;
ALTER TABLE api_keys ADD COLUMN revocation_reason TEXT;

-- One change of a key's secret. The row holds the secret that the key lost by it: the old one, or after a
-- cancellation the new one. It is accepted until `ends_at`, and known for ever.
CREATE TABLE key_rotations (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    digest BLOB NOT NULL UNIQUE,
    pepper_version INTEGER NOT NULL,
    last4 TEXT NOT NULL,
    idempotency_key TEXT,
    rotated_at TIMESTAMP NOT NULL,
    -- NULL: until nobody has used it for `quiet_seconds`.
    ends_at TIMESTAMP,
    quiet_seconds BIGINT,
    cancelled_at TIMESTAMP,
    -- Last use of this row's secret, and of the one that the key got, as long as this is the newest rotation.
    used_at TIMESTAMP,
    used_address TEXT NOT NULL,
    used_program TEXT NOT NULL,
    new_used_at TIMESTAMP,
    new_used_address TEXT NOT NULL,
    new_used_program TEXT NOT NULL,
    UNIQUE (key_id, idempotency_key)
);
CREATE INDEX key_rotations_of_a_key ON key_rotations (key_id, id);
CREATE INDEX key_rotations_by_end ON key_rotations (ends_at);

-- Which secret of the key a request came with; empty in older rows.
ALTER TABLE request_records ADD COLUMN last4 TEXT NOT NULL DEFAULT '';
