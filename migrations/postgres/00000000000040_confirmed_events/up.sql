-- Which rows of the audit log tell of a change that every server confirmed. Beside the log: its rows are chained as they are
-- written, and that is before anybody can confirm anything.
CREATE TABLE confirmed_events (
    event_id TEXT COLLATE "C" PRIMARY KEY REFERENCES audit_events (id) ON DELETE CASCADE,
    rev BIGINT NOT NULL REFERENCES change_confirmations (rev)
);
