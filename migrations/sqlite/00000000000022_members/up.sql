-- Who was asked to join a tenant, and when people were here last.

-- An open invitation. Its link is made of the id, the expiry and a pepper; nothing here opens it.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    invited_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    UNIQUE (tenant_id, email)
);

ALTER TABLE users ADD COLUMN signed_in_at TIMESTAMP;
UPDATE users SET signed_in_at = (
    SELECT max(at) FROM audit_events
    WHERE action = 'session.created' AND actor_id = users.id
);
