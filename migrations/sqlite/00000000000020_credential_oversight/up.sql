-- What may need somebody's attention of a tenant's credentials: few rows, asked for with every list of keys.
CREATE INDEX integration_credentials_remarkable ON integration_credentials (tenant_id)
    WHERE (damaged_at IS NOT NULL OR refused_at IS NOT NULL) OR expires_at IS NOT NULL;

-- Whether each time a system reads a credential leaves an audit row.
ALTER TABLE tenants ADD COLUMN audit_credential_reads BOOLEAN NOT NULL DEFAULT FALSE;

-- One level of a tenant with many projects: the unique index is over an expression that no query filters by.
CREATE INDEX integrations_of_a_level ON integrations (tenant_id, project_id, slug);
