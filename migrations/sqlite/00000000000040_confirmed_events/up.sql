-- Which rows of the audit log tell of a change that every server confirmed. A file has one server, and no such rows.
CREATE TABLE confirmed_events (
    event_id TEXT PRIMARY KEY REFERENCES audit_events (id) ON DELETE CASCADE,
    rev BIGINT NOT NULL REFERENCES change_confirmations (rev)
);
