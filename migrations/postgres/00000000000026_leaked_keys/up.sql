-- Keys that somebody found where they do not belong. A row goes when its key is switched on again.
CREATE TABLE leaked_keys (
    key_id TEXT COLLATE "C" PRIMARY KEY REFERENCES api_keys (id),
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    reported_at TIMESTAMP NOT NULL,
    reported_by TEXT NOT NULL,
    place TEXT NOT NULL
);
CREATE INDEX leaked_keys_of_a_tenant ON leaked_keys (tenant_id);
