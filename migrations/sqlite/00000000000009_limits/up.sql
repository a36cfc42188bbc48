-- Support staff, what tenants ask of them, and secrets that may be shown again.

-- People of the support staff belong to no tenant.
ALTER TABLE users ADD COLUMN support BOOLEAN NOT NULL DEFAULT FALSE;

-- Requests for a higher key limit. The steps before and after a decision are in the audit log.
CREATE TABLE limit_requests (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    wanted BIGINT NOT NULL,
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    -- Open while both are NULL; the outcome is 'granted', 'declined' or 'withdrawn'.
    closed_at TIMESTAMP,
    outcome TEXT
);
CREATE UNIQUE INDEX open_limit_request_of_a_tenant ON limit_requests (tenant_id) WHERE closed_at IS NULL;

-- The tenant lets its admins make keys whose secret can be shown again.
ALTER TABLE tenants ADD COLUMN recoverable_keys BOOLEAN NOT NULL DEFAULT FALSE;

-- Secrets that can be shown again, encrypted under a key that is not in the database.
CREATE TABLE sealed_secrets (
    key_id TEXT PRIMARY KEY REFERENCES api_keys (id),
    tenant_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL
);
CREATE INDEX sealed_secrets_of_a_tenant ON sealed_secrets (tenant_id);
