-- The servers on this database. A file has one alone, which needs no row; PostgreSQL has several.
CREATE TABLE node_leases (
    node_id TEXT PRIMARY KEY,
    beat BIGINT NOT NULL,
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

-- How it was confirmed that a change reached every server.
CREATE TABLE change_confirmations (
    rev BIGINT PRIMARY KEY,
    nodes BIGINT NOT NULL,
    lapsed BIGINT NOT NULL,
    waited_ms BIGINT NOT NULL
);
