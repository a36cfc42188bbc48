-- Messages that are still to be sent by mail. No secret is in them: links are computed when a message leaves, and a row
-- goes once it was sent.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    -- In whose log it is told when it can't be sent.
    tenant_id TEXT REFERENCES tenants (id),
    recipient TEXT NOT NULL,
    -- What it is about, as JSON.
    letter TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    -- When it is tried next. Whoever takes it in hand moves that on, so that nobody else does.
    due_at TIMESTAMP NOT NULL,
    attempts INTEGER NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at);
