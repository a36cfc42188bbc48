-- The servers on this database, a row for each run of one. A change that stops a key is answered when each of them has
-- applied it, or its lease has run out. Never UNLOGGED: after a crash the table would be empty, and nobody waited for. No
-- time of day in it decides anything.
CREATE TABLE node_leases (
    node_id TEXT COLLATE "C" PRIMARY KEY,
    -- Counts the renewals of its lease.
    beat BIGINT NOT NULL,
    -- Up to this change it has applied everything.
    applied_rev BIGINT NOT NULL,
    lease_ms BIGINT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    key_count BIGINT NOT NULL,
    questions_per_second BIGINT NOT NULL
);

-- How it was confirmed that a change reached every server; noted after the change, so not a part of the audit chain.
CREATE TABLE change_confirmations (
    rev BIGINT PRIMARY KEY,
    -- Servers that had to apply it.
    nodes BIGINT NOT NULL,
    -- Those of them that did not say that they have: they ended, or their leases ran out.
    lapsed BIGINT NOT NULL,
    waited_ms BIGINT NOT NULL
);

-- Wakes the servers when a change is committed; whoever misses it looks by itself ten times a second. A trigger, since a
-- statement more would be one more journey under the lock of the change log.
CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('keystead_changes', '');
    RETURN NULL;
END $$;
CREATE TRIGGER announce_change AFTER UPDATE ON change_head FOR EACH STATEMENT EXECUTE FUNCTION announce_change();
