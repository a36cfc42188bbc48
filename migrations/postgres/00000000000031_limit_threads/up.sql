-- A request for a higher limit is a thread: support asks, and the tenant answers.

-- Support asked something last, and the tenant has not answered yet.
ALTER TABLE limit_requests ADD COLUMN awaits_tenant BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE limit_messages (
    id TEXT COLLATE "C" PRIMARY KEY,
    request_id TEXT COLLATE "C" NOT NULL REFERENCES limit_requests (id),
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    by_support BOOLEAN NOT NULL,
    author TEXT NOT NULL,
    words TEXT NOT NULL,
    written_at TIMESTAMP NOT NULL
);
CREATE INDEX limit_messages_of_a_request ON limit_messages (request_id, id);
