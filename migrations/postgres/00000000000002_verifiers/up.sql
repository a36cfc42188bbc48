-- API servers and gateways that may ask about keys. They belong to the installation, not to a tenant.

CREATE TABLE verifiers (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    token_prefix TEXT NOT NULL,
    last4 TEXT NOT NULL,
    digest BYTEA NOT NULL UNIQUE,
    pepper_version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP,
    last_used_at TIMESTAMP
);
