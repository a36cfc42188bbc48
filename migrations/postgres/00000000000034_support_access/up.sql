-- What a tenant lets support staff see.

-- Addresses and paths, when staff explains a request.
ALTER TABLE tenants ADD COLUMN support_sees_addresses BOOLEAN NOT NULL DEFAULT FALSE;

-- Staff asks to look at a tenant for a while. Declined: ended without an end; granted: with one. `opened_at` is set while
-- the tenant's pages are open to the person, who has one tenant open at a time: the last.
CREATE TABLE support_grants (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    staff TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP,
    ended_at TIMESTAMP,
    opened_at TIMESTAMP,
    last_path TEXT NOT NULL DEFAULT ''
);
CREATE INDEX support_grants_of_a_tenant ON support_grants (tenant_id) WHERE ended_at IS NULL;
CREATE INDEX support_grants_of_a_person ON support_grants (user_id) WHERE ended_at IS NULL;
