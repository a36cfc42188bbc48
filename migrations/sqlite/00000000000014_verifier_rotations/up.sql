-- Tokens that verifiers had before. Each works on until ends_at; without one, until somebody ends it.
CREATE TABLE verifier_rotations (
    id TEXT PRIMARY KEY,
    verifier_id TEXT NOT NULL REFERENCES verifiers (id),
    digest BLOB NOT NULL UNIQUE,
    pepper_version INTEGER NOT NULL,
    last4 TEXT NOT NULL,
    rotated_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP,
    last_used_at TIMESTAMP
);
CREATE INDEX verifier_rotations_of_verifier ON verifier_rotations (verifier_id);

-- How often verifiers asked: one row for each minute, whose start is in seconds since 1970.
CREATE TABLE verifier_usage (
    verifier_id TEXT NOT NULL REFERENCES verifiers (id),
    start BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    PRIMARY KEY (verifier_id, start)
);
