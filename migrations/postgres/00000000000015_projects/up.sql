-- Parts of a tenant. One that was archived keeps its name, so that it can be restored.
CREATE TABLE projects (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    name TEXT COLLATE "C" NOT NULL,
    description TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    archived_at TIMESTAMP,
    UNIQUE (tenant_id, name)
);
