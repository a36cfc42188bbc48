-- The foundation: tenants and their people, sessions, keys, usage, the audit log and the change log.

CREATE TABLE tenants (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    key_limit BIGINT NOT NULL,
    suspended_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE users (
    id TEXT COLLATE "C" PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_digest TEXT NOT NULL,
    super_user BOOLEAN NOT NULL,
    disabled_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE memberships (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX memberships_of_a_user ON memberships (user_id);

-- The cookie holds the session key; this table only its SHA-256.
CREATE TABLE sessions (
    key_digest TEXT PRIMARY KEY,
    user_id TEXT,
    state TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_of_a_user ON sessions (user_id);

-- One-time links; only the SHA-256 of the token is kept.
CREATE TABLE setup_tokens (
    token_digest TEXT PRIMARY KEY,
    expires_at TIMESTAMP NOT NULL
);

-- Failed sign-ins in a row, by account and by address.
CREATE TABLE sign_in_failures (
    subject TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at TIMESTAMP NOT NULL
);

CREATE TABLE authorization_groups (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    summary TEXT NOT NULL,
    scopes TEXT NOT NULL,
    built_in BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (tenant_id, name)
);

CREATE TABLE api_keys (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    group_id TEXT COLLATE "C" NOT NULL REFERENCES authorization_groups (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    environment TEXT NOT NULL,
    ip_allowlist TEXT NOT NULL,
    key_prefix TEXT NOT NULL,
    last4 TEXT NOT NULL,
    digest BYTEA NOT NULL UNIQUE,
    pepper_version INTEGER NOT NULL,
    idempotency_key TEXT,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    disabled_at TIMESTAMP,
    revoked_at TIMESTAMP,
    revoked_rev BIGINT,
    deleted_at TIMESTAMP,
    UNIQUE (tenant_id, idempotency_key)
);
-- Serves the list (newest first, UUIDv7 ids sort by time) and the count against the limit.
CREATE INDEX api_keys_of_a_tenant ON api_keys (tenant_id, deleted_at, id);

-- Answers given for a key, by UTC day. Narrow and apart from the keys: it is written all the time.
CREATE TABLE key_usage_days (
    key_id TEXT COLLATE "C" NOT NULL,
    day DATE NOT NULL,
    accepted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    last_accepted_at TIMESTAMP,
    PRIMARY KEY (key_id, day)
);

CREATE TABLE audit_events (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C",
    at TIMESTAMP NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    object_name TEXT NOT NULL,
    detail TEXT NOT NULL,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL
);
CREATE INDEX audit_events_of_a_tenant ON audit_events (tenant_id, id);
CREATE INDEX audit_events_of_an_object ON audit_events (object_id, id);

-- Every change that matters to verification takes the next revision under this row's lock,
-- so the order of revisions is the order of commits, without gaps.
CREATE TABLE change_head (
    id INTEGER PRIMARY KEY,
    rev BIGINT NOT NULL
);
INSERT INTO change_head (id, rev) VALUES (1, 0);

CREATE TABLE change_log (
    rev BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    item TEXT NOT NULL,
    payload TEXT NOT NULL
);

-- Values that tell whether the secrets outside the database are the ones it was made with.
CREATE TABLE secret_checks (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
