-- An integration of the catalogue as a tenant uses it (without a project), or as one of its projects does.
CREATE TABLE integrations (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    project_id TEXT REFERENCES projects (id),
    slug TEXT NOT NULL,
    -- The tenant's: since when its projects get the tenant's credential, if they do.
    enabled_at TIMESTAMP,
    -- A project's: since when it does not get the tenant's credential, if it does not.
    blocked_at TIMESTAMP,
    -- How many credentials it was ever given: the next one is the version after that.
    versions BIGINT NOT NULL
);
CREATE UNIQUE INDEX integrations_level ON integrations (tenant_id, COALESCE(project_id, ''), slug);

-- A third party's secret, sealed under a data key of its own, which is sealed under the master key.
CREATE TABLE integration_credentials (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    integration_id TEXT NOT NULL REFERENCES integrations (id),
    environment TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    last4 TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    -- Since when it is the one that applies, and until when it was; neither while it only stands by.
    current_since TIMESTAMP,
    replaced_at TIMESTAMP,
    -- When a system last reported that the provider refused it, and what its project was called then.
    refused_at TIMESTAMP,
    refused_in TEXT,
    -- Since when its secret can't be opened.
    damaged_at TIMESTAMP,
    sealing_version INTEGER NOT NULL,
    master_key_version INTEGER NOT NULL,
    key_nonce BLOB NOT NULL,
    sealed_key BLOB NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    UNIQUE (integration_id, environment, name),
    UNIQUE (integration_id, version)
);
CREATE UNIQUE INDEX integration_credentials_current ON integration_credentials (integration_id, environment)
    WHERE current_since IS NOT NULL AND replaced_at IS NULL;
CREATE INDEX integration_credentials_master_key ON integration_credentials (master_key_version, id);

-- How often projects were given a credential: one row for each hour, whose start is in seconds since 1970.
CREATE TABLE integration_reads (
    credential_id TEXT NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    start BIGINT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    reads BIGINT NOT NULL,
    PRIMARY KEY (credential_id, project_id, start)
);
CREATE INDEX integration_reads_start ON integration_reads (start);
