-- Usage by verdict, the request log, and what is missing from it.

-- Answers for a key in a span of time: 60 s, 3,600 s or 86,400 s from `start` on (seconds since 1970). Requests are
-- added to their minute; hours and days are folded from minutes once those are over.
CREATE TABLE key_usage (
    key_id TEXT COLLATE "C" NOT NULL,
    span BIGINT NOT NULL,
    start BIGINT NOT NULL,
    valid BIGINT NOT NULL,
    tenant_suspended BIGINT NOT NULL,
    revoked BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    expired BIGINT NOT NULL,
    ip_denied BIGINT NOT NULL,
    insufficient_scope BIGINT NOT NULL,
    rate_limited BIGINT NOT NULL,
    -- Microseconds since 1970; 0: not accepted in this span.
    last_accepted BIGINT NOT NULL,
    PRIMARY KEY (key_id, span, start)
);
-- Serves folding and pruning.
CREATE INDEX key_usage_of_a_time ON key_usage (span, start);

-- Before, refusals were counted without their reason; only accepted requests can be carried over.
INSERT INTO key_usage
SELECT key_id, 86400, CAST(EXTRACT(EPOCH FROM day) AS BIGINT), accepted, 0, 0, 0, 0, 0, 0, 0, COALESCE(CAST(EXTRACT(EPOCH FROM last_accepted_at) * 1000000 AS BIGINT), 0) FROM key_usage_days;
DROP TABLE key_usage_days;

-- Minutes that start before this (seconds since 1970) are folded into hours and days.
CREATE TABLE usage_progress (
    id INTEGER PRIMARY KEY,
    folded_to BIGINT NOT NULL
);
INSERT INTO usage_progress (id, folded_to) VALUES (1, 0);

-- One decision about a known key. The id is the request's: it sorts by time.
CREATE TABLE request_records (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    -- Microseconds since 1970.
    at BIGINT NOT NULL,
    code TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    -- Empty when none was asked for.
    scope TEXT NOT NULL,
    -- Empty when it is not known.
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    -- The revision of the key that was decided upon.
    rev BIGINT NOT NULL
);
CREATE INDEX request_records_of_a_tenant ON request_records (tenant_id, id);
CREATE INDEX request_records_of_a_key ON request_records (key_id, id);

-- Where the request log has holes. `dropped` is NULL when nobody can know how many: after a crash.
CREATE TABLE usage_gaps (
    id TEXT COLLATE "C" PRIMARY KEY,
    node_id TEXT NOT NULL,
    cause TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    dropped BIGINT
);
CREATE INDEX usage_gaps_of_a_time ON usage_gaps (to_at);

-- Each server, to tell at its next start whether it ended without writing its last usage. Microseconds since 1970.
CREATE TABLE usage_nodes (
    node_id TEXT PRIMARY KEY,
    started_at BIGINT NOT NULL,
    flushed_at BIGINT NOT NULL,
    stopped_at BIGINT,
    -- Number of the last batch of counts, to tell whether a commit whose outcome is unknown took place.
    batch BIGINT NOT NULL
);

-- What a key was like at a revision: its newest change up to then.
CREATE INDEX change_log_of_an_item ON change_log (item, rev);
