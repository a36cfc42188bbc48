PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000001','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000002','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000003','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000004','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000005','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000006','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000007','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000008','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000009','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000010','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000011','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000012','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000013','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000014','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000015','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000016','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000017','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000018','2026-11-20 11:00:00');
INSERT INTO "__diesel_schema_migrations" VALUES('00000000000019','2026-11-20 11:00:00');
CREATE TABLE access_requests (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    feature TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    -- Open while these are NULL; the outcome is 'granted', 'declined' or 'withdrawn', which has no answer.
    closed_at TIMESTAMP,
    outcome TEXT,
    answer TEXT
);
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    group_id TEXT NOT NULL REFERENCES authorization_groups (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    environment TEXT NOT NULL,
    ip_allowlist TEXT NOT NULL,
    key_prefix TEXT NOT NULL,
    last4 TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    pepper_version INTEGER NOT NULL,
    idempotency_key TEXT,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    disabled_at TIMESTAMP,
    revoked_at TIMESTAMP,
    revoked_rev BIGINT,
    deleted_at TIMESTAMP, rate_limit_requests BIGINT, rate_limit_period TEXT, rate_limit_burst BIGINT, rotated_at TIMESTAMP, revocation_reason TEXT, ip_allowlist_mode TEXT NOT NULL DEFAULT 'off', project_id TEXT REFERENCES projects (id),
    UNIQUE (tenant_id, idempotency_key)
);
INSERT INTO "api_keys" VALUES('01a1f89c-fb89-73f1-9b59-b3d992fcd35d','01a1f89c-fbad-7644-990a-894494fe7d49','01a1f89c-fbae-71a6-9ee6-a3970655037e','Billing','','live','','ks_live_','M1Be',X'CBFE04D589B2F0F4EA86D3FE4458D25022F25982EAAE79B96353812CF9A00F7E',1,NULL,'2026-11-20 11:00:00.008959',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'off',NULL);
INSERT INTO "api_keys" VALUES('01a1f89c-fb89-7184-903f-75af19f50956','01a1f89c-fba6-734f-aa7f-524cbc6bba97','01a1f89c-fba6-734f-aa7f-524d52c4389f','Old gateway','','live','','ks_live_','vx2t',X'000597199BF215B913088BF2A209E366B1F274854841F7739886DFF8267FB5AC',1,NULL,'2026-11-20 11:00:00.008492',NULL,NULL,'2026-11-20 11:05:00.169792',3,NULL,NULL,NULL,NULL,NULL,'The gateway is gone','off',NULL);
CREATE TABLE audit_events (
    id TEXT PRIMARY KEY,
    tenant_id TEXT,
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
INSERT INTO "audit_events" VALUES('01a1f89c-fbae-71a6-9ee6-a399bd99165d','01a1f89c-fbad-7644-990a-894494fe7d49','2026-11-20 11:00:00.045601','operator','','command line','tenant.created','tenant','01a1f89c-fbad-7644-990a-894494fe7d49','Acme','{}','','');
INSERT INTO "audit_events" VALUES('01a1f89c-fbae-71a6-9ee6-a39b72adeded','01a1f89c-fbad-7644-990a-894494fe7d49','2026-11-20 11:00:00.045601','operator','','command line','member.added','person','01a1f89c-fbae-71a6-9ee6-a39af236cb39','alice@acme.example','{"role":"admin"}','','');
INSERT INTO "audit_events" VALUES('01a1f89c-fba7-752e-a0e4-fe25cc5ff73d','01a1f89c-fba6-734f-aa7f-524cbc6bba97','2026-11-20 11:00:00.037811','operator','','command line','tenant.created','tenant','01a1f89c-fba6-734f-aa7f-524cbc6bba97','Globex','{}','','');
INSERT INTO "audit_events" VALUES('01a1f89c-fba8-7259-91cd-8c31e3495848','01a1f89c-fba6-734f-aa7f-524cbc6bba97','2026-11-20 11:00:00.037811','operator','','command line','member.added','person','01a1f89c-fba7-752e-a0e4-fe26f4c28108','bob@globex.example','{"role":"admin"}','','');
INSERT INTO "audit_events" VALUES('01a1f89c-fb8d-7229-983e-fd3539469cc6','01a1f89c-fbad-7644-990a-894494fe7d49','2026-11-20 11:00:00.008959','operator','','command line','key.created','api_key','01a1f89c-fb89-73f1-9b59-b3d992fcd35d','Billing','{"key":"ks_live_…M1Be","authorization_group":"Full access","project":null,"expires_at":null,"ip_allowlist":[],"ip_allowlist_mode":"off","rate_limit":null}','','');
INSERT INTO "audit_events" VALUES('01a1f89c-fb8c-73b3-8ed0-2ac2edfcc360','01a1f89c-fba6-734f-aa7f-524cbc6bba97','2026-11-20 11:00:00.008492','operator','','command line','key.created','api_key','01a1f89c-fb89-7184-903f-75af19f50956','Old gateway','{"key":"ks_live_…vx2t","authorization_group":"Full access","project":null,"expires_at":null,"ip_allowlist":[],"ip_allowlist_mode":"off","rate_limit":null}','','');
INSERT INTO "audit_events" VALUES('01a1f8a1-8fe2-7007-aa87-44bc1ab2bfc6','01a1f89c-fbad-7644-990a-894494fe7d49','2026-11-20 11:05:00.105684','person','01a1f89c-fbae-71a6-9ee6-a39af236cb39','alice@acme.example','session.refused','session','01a1f89c-fbae-71a6-9ee6-a39af236cb39','alice@acme.example','{}','127.0.0.1','01a1f8a18fc90bebda3204e2abfa234b');
INSERT INTO "audit_events" VALUES('01a1f8a1-8ffc-748f-8f1c-88343a907b2c','01a1f89c-fba6-734f-aa7f-524cbc6bba97','2026-11-20 11:05:00.133064','person','01a1f89c-fba7-752e-a0e4-fe26f4c28108','bob@globex.example','session.created','session','01a1f89c-fba7-752e-a0e4-fe26f4c28108','bob@globex.example','{}','127.0.0.1','01a1f8a18fe40bebda323c745160dc40');
INSERT INTO "audit_events" VALUES('01a1f8a1-900c-745a-8f88-acf74c7b7bec','01a1f89c-fba6-734f-aa7f-524cbc6bba97','2026-11-20 11:05:00.169792','person','01a1f89c-fba7-752e-a0e4-fe26f4c28108','bob@globex.example','key.revoked','api_key','01a1f89c-fb89-7184-903f-75af19f50956','Old gateway','{"reason":"The gateway is gone"}','127.0.0.1','01a1f8a190080bebda320a3d34d8f006');
INSERT INTO "audit_events" VALUES('01a1f8a1-9016-76ed-91a2-2166ad78c82b','01a1f89c-fba6-734f-aa7f-524cbc6bba97','2026-11-20 11:05:00.182427','person','01a1f89c-fba7-752e-a0e4-fe26f4c28108','bob@globex.example','session.ended','session','01a1f89c-fba7-752e-a0e4-fe26f4c28108','bob@globex.example','{}','127.0.0.1','01a1f8a190150bebda3242861a8263cc');
INSERT INTO "audit_events" VALUES('01a1f8a1-904c-72ca-ab75-f7905c5690a6','01a1f89c-fbad-7644-990a-894494fe7d49','2026-11-20 11:05:00.186350','person','01a1f89c-fbae-71a6-9ee6-a39af236cb39','alice@acme.example','session.created','session','01a1f89c-fbae-71a6-9ee6-a39af236cb39','alice@acme.example','{}','127.0.0.1','01a1f8a1901a0bebda321d05a5f804fa');
INSERT INTO "audit_events" VALUES('01a1f8a1-9053-7207-970f-8acd65be75fd','01a1f89c-fbad-7644-990a-894494fe7d49','2026-11-20 11:05:00.242965','person','01a1f89c-fbae-71a6-9ee6-a39af236cb39','alice@acme.example','project.created','project','01a1f8a1-9053-7207-970f-8acc1198f7a2','Invoices','{"description":""}','127.0.0.1','01a1f8a190510bebda3245085365f745');
INSERT INTO "audit_events" VALUES('01a1f8a1-905e-76e2-9859-026cd8ebe197','01a1f89c-fbad-7644-990a-894494fe7d49','2026-11-20 11:05:00.253718','person','01a1f89c-fbae-71a6-9ee6-a39af236cb39','alice@acme.example','limit.requested','tenant','01a1f89c-fbad-7644-990a-894494fe7d49','Acme','{"before":10,"limit":40,"reason":"Two more plants"}','127.0.0.1','01a1f8a1905c0bebda3252996257206d');
CREATE TABLE authorization_groups (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    summary TEXT NOT NULL,
    scopes TEXT NOT NULL,
    built_in BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL, deleted_at TIMESTAMP,
    UNIQUE (tenant_id, name)
);
INSERT INTO "authorization_groups" VALUES('01a1f89c-fbae-71a6-9ee6-a3970655037e','01a1f89c-fbad-7644-990a-894494fe7d49','Full access','Grants everything: reads and changes all data of this tenant.','*:*',1,'2026-11-20 11:00:00.045601',NULL);
INSERT INTO "authorization_groups" VALUES('01a1f89c-fbae-71a6-9ee6-a3981f80cf48','01a1f89c-fbad-7644-990a-894494fe7d49','Read only','Grants reading: sees all data of this tenant and changes nothing.','*:read',1,'2026-11-20 11:00:00.045601',NULL);
INSERT INTO "authorization_groups" VALUES('01a1f89c-fba6-734f-aa7f-524d52c4389f','01a1f89c-fba6-734f-aa7f-524cbc6bba97','Full access','Grants everything: reads and changes all data of this tenant.','*:*',1,'2026-11-20 11:00:00.037811',NULL);
INSERT INTO "authorization_groups" VALUES('01a1f89c-fba7-752e-a0e4-fe24f49c24c2','01a1f89c-fba6-734f-aa7f-524cbc6bba97','Read only','Grants reading: sees all data of this tenant and changes nothing.','*:read',1,'2026-11-20 11:00:00.037811',NULL);
CREATE TABLE change_head (
    id INTEGER PRIMARY KEY,
    rev BIGINT NOT NULL
, entry_id BIGINT NOT NULL DEFAULT 0, parent_id BIGINT NOT NULL DEFAULT 0);
INSERT INTO "change_head" VALUES(1,4,7139891063337639038,-8412482618186475274);
CREATE TABLE change_log (
    rev BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    item TEXT NOT NULL,
    payload TEXT NOT NULL
, old_digest BLOB, entry_id BIGINT NOT NULL DEFAULT 0, parent_id BIGINT NOT NULL DEFAULT 0);
INSERT INTO "change_log" VALUES(1,'key','01a1f89c-fb89-73f1-9b59-b3d992fcd35d','{"name":"Billing","hint":"ks_live_…M1Be","authorization_group_id":"01a1f89c-fbae-71a6-9ee6-a3970655037e","authorization_group":"Full access","scopes":"*:*","ip_allowlist":[],"ip_allowlist_observed":false,"expires_at":null,"rate_limit":null,"former_secrets":[],"disabled_at":null,"revoked_at":null,"tenant_suspended_at":null}',NULL,-4863757487208392173,1844087189540043288);
INSERT INTO "change_log" VALUES(2,'key','01a1f89c-fb89-7184-903f-75af19f50956','{"name":"Old gateway","hint":"ks_live_…vx2t","authorization_group_id":"01a1f89c-fba6-734f-aa7f-524d52c4389f","authorization_group":"Full access","scopes":"*:*","ip_allowlist":[],"ip_allowlist_observed":false,"expires_at":null,"rate_limit":null,"former_secrets":[],"disabled_at":null,"revoked_at":null,"tenant_suspended_at":null}',NULL,-1921956060394321742,-4863757487208392173);
INSERT INTO "change_log" VALUES(3,'key','01a1f89c-fb89-7184-903f-75af19f50956','{"name":"Old gateway","hint":"ks_live_…vx2t","authorization_group_id":"01a1f89c-fba6-734f-aa7f-524d52c4389f","authorization_group":"Full access","scopes":"*:*","ip_allowlist":[],"ip_allowlist_observed":false,"expires_at":null,"rate_limit":null,"former_secrets":[],"disabled_at":null,"revoked_at":"2026-11-20T11:05:00.169792Z","tenant_suspended_at":null}',NULL,-8412482618186475274,-1921956060394321742);
INSERT INTO "change_log" VALUES(4,'project','01a1f8a1-9053-7207-970f-8acc1198f7a2','{}',NULL,7139891063337639038,-8412482618186475274);
CREATE TABLE feature_rollouts (
    feature TEXT PRIMARY KEY,
    percentage BIGINT NOT NULL
);
CREATE TABLE feature_switches (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    feature TEXT NOT NULL,
    -- 'on' and 'off' are support's choice; 'kept' had stored credentials when the percentage was lowered.
    state TEXT NOT NULL,
    PRIMARY KEY (tenant_id, feature)
);
CREATE TABLE integration_credentials (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    integration_id TEXT NOT NULL REFERENCES integrations (id),
    environment TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    last4 TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    -- Since when it is the one that applies, and until when it was; neither while it only stands by.
    current_since TIMESTAMP,
    replaced_at TIMESTAMP,
    -- When a system last reported that the provider refused it, and what its project was called then.
    refused_at TIMESTAMP,
    refused_in TEXT,
    -- Since when its secret can't be opened.
    damaged_at TIMESTAMP,
    sealing_version INTEGER NOT NULL,
    master_key_version INTEGER NOT NULL,
    key_nonce BLOB NOT NULL,
    sealed_key BLOB NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    UNIQUE (integration_id, environment, name),
    UNIQUE (integration_id, version)
);
CREATE TABLE integration_reads (
    credential_id TEXT NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    start BIGINT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    reads BIGINT NOT NULL,
    PRIMARY KEY (credential_id, project_id, start)
);
CREATE TABLE integrations (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    project_id TEXT REFERENCES projects (id),
    slug TEXT NOT NULL,
    -- The tenant's: since when its projects get the tenant's credential, if they do.
    enabled_at TIMESTAMP,
    -- A project's: since when it does not get the tenant's credential, if it does not.
    blocked_at TIMESTAMP,
    -- How many credentials it was ever given: the next one is the version after that.
    versions BIGINT NOT NULL
);
CREATE TABLE key_rotations (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    digest BLOB NOT NULL UNIQUE,
    pepper_version INTEGER NOT NULL,
    last4 TEXT NOT NULL,
    idempotency_key TEXT,
    rotated_at TIMESTAMP NOT NULL,
    -- NULL: until nobody has used it for `quiet_seconds`.
    ends_at TIMESTAMP,
    quiet_seconds BIGINT,
    cancelled_at TIMESTAMP,
    -- Last use of this row's secret, and of the one that the key got, as long as this is the newest rotation.
    used_at TIMESTAMP,
    used_address TEXT NOT NULL,
    used_program TEXT NOT NULL,
    new_used_at TIMESTAMP,
    new_used_address TEXT NOT NULL,
    new_used_program TEXT NOT NULL, asked TEXT,
    UNIQUE (key_id, idempotency_key)
);
CREATE TABLE key_usage (
    key_id TEXT NOT NULL,
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
) WITHOUT ROWID;
CREATE TABLE limit_requests (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    wanted BIGINT NOT NULL,
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    -- Open while both are NULL; the outcome is 'granted', 'declined' or 'withdrawn'.
    closed_at TIMESTAMP,
    outcome TEXT
);
INSERT INTO "limit_requests" VALUES('01a1f8a1-905e-76e2-9859-026bda32a906','01a1f89c-fbad-7644-990a-894494fe7d49',40,'Two more plants','alice@acme.example','2026-11-20 11:05:00.253718',NULL,NULL);
CREATE TABLE memberships (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
INSERT INTO "memberships" VALUES('01a1f89c-fbad-7644-990a-894494fe7d49','01a1f89c-fbae-71a6-9ee6-a39af236cb39','admin','2026-11-20 11:00:00.045601');
INSERT INTO "memberships" VALUES('01a1f89c-fba6-734f-aa7f-524cbc6bba97','01a1f89c-fba7-752e-a0e4-fe26f4c28108','admin','2026-11-20 11:00:00.037811');
CREATE TABLE observed_callers (
    key_id TEXT NOT NULL,
    -- Empty when it is not known.
    address TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    requests BIGINT NOT NULL,
    -- Microseconds since 1970.
    last_at BIGINT NOT NULL,
    PRIMARY KEY (key_id, address)
) WITHOUT ROWID;
CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    archived_at TIMESTAMP,
    UNIQUE (tenant_id, name)
);
INSERT INTO "projects" VALUES('01a1f8a1-9053-7207-970f-8acc1198f7a2','01a1f89c-fbad-7644-990a-894494fe7d49','Invoices','','2026-11-20 11:05:00.242965',NULL);
CREATE TABLE request_records (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
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
, last4 TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE sealed_secrets (
    key_id TEXT PRIMARY KEY REFERENCES api_keys (id),
    tenant_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL
, master_key_version INTEGER NOT NULL DEFAULT 1);
CREATE TABLE secret_checks (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO "secret_checks" VALUES('pepper','87789b61f29b6ea228edd0854b8fdffe1e37e9bd56c3ecec46b9a610d7b16eb7');
INSERT INTO "secret_checks" VALUES('master key','c0b7cbf7fe5a47455bda60b07a7cbb57ed9c093abc4373d1a1a471f666cae267');
CREATE TABLE sessions (
    key_digest TEXT PRIMARY KEY,
    user_id TEXT,
    state TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL
);
INSERT INTO "sessions" VALUES('328998d3f729daec9dfff00197aa176ea4764267e65e7a9d893e176389d3f281','01a1f89c-fbae-71a6-9ee6-a39af236cb39','{"flash":"{\"text\":\"40 keys are requested. Support sees it in its list.\",\"undo\":null}","who":"{\"user\":\"01a1f89c-fbae-71a6-9ee6-a39af236cb39\",\"tenant\":\"01a1f89c-fbad-7644-990a-894494fe7d49\",\"csrf\":\"98e0a5c50de6f4c588bdab2ac5f5d4993f10972af21fd27815221153fb6e3fca\"}"}','2026-11-20 11:05:00.237119','2026-11-20 11:05:00.237119');
CREATE TABLE setup_tokens (
    token_digest TEXT PRIMARY KEY,
    expires_at TIMESTAMP NOT NULL
);
CREATE TABLE sign_in_failures (
    subject TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at TIMESTAMP NOT NULL
);
INSERT INTO "sign_in_failures" VALUES('address:127.0.0.1',1,'2026-11-20 11:05:00.105684');
CREATE TABLE tenants (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    key_limit BIGINT NOT NULL,
    suspended_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL
, recoverable_keys BOOLEAN NOT NULL DEFAULT FALSE);
INSERT INTO "tenants" VALUES('01a1f89c-fbad-7644-990a-894494fe7d49','Acme','Standard',10,NULL,'2026-11-20 11:00:00.045601',0);
INSERT INTO "tenants" VALUES('01a1f89c-fba6-734f-aa7f-524cbc6bba97','Globex','Standard',10,NULL,'2026-11-20 11:00:00.037811',0);
CREATE TABLE usage_gaps (
    id TEXT PRIMARY KEY,
    node_id TEXT NOT NULL,
    cause TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    dropped BIGINT
);
CREATE TABLE usage_journal (
    node_id TEXT NOT NULL,
    batch BIGINT NOT NULL,
    -- Start of the minute in which they were collected, in seconds since 1970.
    start BIGINT NOT NULL,
    -- For each key: its id (16 bytes), when it was last accepted (8 bytes, microseconds since 1970), which verdicts it had
    -- (1 byte), and the count of each of those (8 bytes); numbers little-endian.
    counts BLOB NOT NULL, version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (node_id, batch)
);
CREATE TABLE usage_nodes (
    node_id TEXT PRIMARY KEY,
    started_at BIGINT NOT NULL,
    flushed_at BIGINT NOT NULL,
    stopped_at BIGINT,
    -- Number of the last batch of counts, to tell whether a commit whose outcome is unknown took place.
    batch BIGINT NOT NULL
);
INSERT INTO "usage_nodes" VALUES('01a1f8a1-8f7a-72f9-a795-8337c463a366',1795172700026118,1795172700026118,NULL,0);
CREATE TABLE usage_progress (
    id INTEGER PRIMARY KEY,
    folded_to BIGINT NOT NULL
);
INSERT INTO "usage_progress" VALUES(1,1795172640);
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_digest TEXT NOT NULL,
    super_user BOOLEAN NOT NULL,
    disabled_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL
, support BOOLEAN NOT NULL DEFAULT FALSE);
INSERT INTO "users" VALUES('01a1f89c-fbae-71a6-9ee6-a39af236cb39','alice@acme.example','alice','$argon2id$v=19$m=19456,t=2,p=1$UWIbY31jAqmn7d9WrKtG9g$w8DwGx9ICL5Zdk7C7VUvjsB/BsEKYN3J2wJbduY1DG4',0,NULL,'2026-11-20 11:00:00.045601',0);
INSERT INTO "users" VALUES('01a1f89c-fba7-752e-a0e4-fe26f4c28108','bob@globex.example','bob','$argon2id$v=19$m=19456,t=2,p=1$jVT+Npk0EcXwk7swnr5aTg$PGFQC3axcI4nV5suxeKZ7ByvOXS52VqjTBG/0c0FJsU',0,NULL,'2026-11-20 11:00:00.037811',0);
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
CREATE TABLE verifier_usage (
    verifier_id TEXT NOT NULL REFERENCES verifiers (id),
    start BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    PRIMARY KEY (verifier_id, start)
);
CREATE TABLE verifiers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    token_prefix TEXT NOT NULL,
    last4 TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    pepper_version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP,
    last_used_at TIMESTAMP
);
CREATE INDEX memberships_of_a_user ON memberships (user_id);
CREATE INDEX sessions_of_a_user ON sessions (user_id);
CREATE INDEX api_keys_of_a_tenant ON api_keys (tenant_id, deleted_at, id);
CREATE INDEX audit_events_of_a_tenant ON audit_events (tenant_id, id);
CREATE INDEX audit_events_of_an_object ON audit_events (object_id, id);
CREATE INDEX key_usage_of_a_time ON key_usage (span, start);
CREATE INDEX request_records_of_a_tenant ON request_records (tenant_id, id);
CREATE INDEX request_records_of_a_key ON request_records (key_id, id);
CREATE INDEX usage_gaps_of_a_time ON usage_gaps (to_at);
CREATE INDEX change_log_of_an_item ON change_log (item, rev);
CREATE INDEX key_rotations_of_a_key ON key_rotations (key_id, id);
CREATE INDEX key_rotations_by_end ON key_rotations (ends_at);
CREATE INDEX api_keys_of_a_group ON api_keys (group_id, id);
CREATE INDEX observed_callers_of_a_time ON observed_callers (last_at);
CREATE INDEX api_keys_toward_the_limit ON api_keys (tenant_id, expires_at) WHERE deleted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX key_rotations_of_a_tenant ON key_rotations (tenant_id, ends_at);
CREATE UNIQUE INDEX open_limit_request_of_a_tenant ON limit_requests (tenant_id) WHERE closed_at IS NULL;
CREATE INDEX sealed_secrets_of_a_tenant ON sealed_secrets (tenant_id);
CREATE INDEX verifier_rotations_of_verifier ON verifier_rotations (verifier_id);
CREATE UNIQUE INDEX integrations_level ON integrations (tenant_id, COALESCE(project_id, ''), slug);
CREATE UNIQUE INDEX integration_credentials_current ON integration_credentials (integration_id, environment)
    WHERE current_since IS NOT NULL AND replaced_at IS NULL;
CREATE INDEX integration_credentials_master_key ON integration_credentials (master_key_version, id);
CREATE INDEX integration_reads_start ON integration_reads (start);
CREATE UNIQUE INDEX open_access_request_of_a_tenant ON access_requests (tenant_id, feature) WHERE closed_at IS NULL;
COMMIT;
