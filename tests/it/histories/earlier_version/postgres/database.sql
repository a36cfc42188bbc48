SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE TABLE public.access_requests (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    feature text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamp without time zone NOT NULL,
    closed_at timestamp without time zone,
    outcome text,
    answer text
);
CREATE TABLE public.api_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    group_id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    description text NOT NULL,
    environment text NOT NULL,
    ip_allowlist text NOT NULL,
    key_prefix text NOT NULL,
    last4 text NOT NULL,
    digest bytea NOT NULL,
    pepper_version integer NOT NULL,
    idempotency_key text,
    created_at timestamp without time zone NOT NULL,
    expires_at timestamp without time zone,
    disabled_at timestamp without time zone,
    revoked_at timestamp without time zone,
    revoked_rev bigint,
    deleted_at timestamp without time zone,
    rate_limit_requests bigint,
    rate_limit_period text,
    rate_limit_burst bigint,
    rotated_at timestamp without time zone,
    revocation_reason text,
    ip_allowlist_mode text DEFAULT 'off'::text NOT NULL,
    project_id text COLLATE pg_catalog."C"
);
CREATE TABLE public.audit_events (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant_id text COLLATE pg_catalog."C",
    at timestamp without time zone NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    object_name text NOT NULL,
    detail text NOT NULL,
    address text NOT NULL,
    request_id text NOT NULL
);
CREATE TABLE public.authorization_groups (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    summary text NOT NULL,
    scopes text NOT NULL,
    built_in boolean NOT NULL,
    created_at timestamp without time zone NOT NULL,
    deleted_at timestamp without time zone
);
CREATE TABLE public.change_head (
    id integer NOT NULL,
    rev bigint NOT NULL,
    entry_id bigint DEFAULT 0 NOT NULL,
    parent_id bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.change_log (
    rev bigint NOT NULL,
    kind text NOT NULL,
    item text NOT NULL,
    payload text NOT NULL,
    old_digest bytea,
    entry_id bigint DEFAULT 0 NOT NULL,
    parent_id bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.feature_rollouts (
    feature text NOT NULL COLLATE pg_catalog."C",
    percentage bigint NOT NULL
);
CREATE TABLE public.feature_switches (
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    feature text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL
);
CREATE TABLE public.integration_credentials (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    integration_id text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    last4 text NOT NULL,
    created_by text NOT NULL,
    created_at timestamp without time zone NOT NULL,
    expires_at timestamp without time zone,
    current_since timestamp without time zone,
    replaced_at timestamp without time zone,
    refused_at timestamp without time zone,
    refused_in text,
    damaged_at timestamp without time zone,
    sealing_version integer NOT NULL,
    master_key_version integer NOT NULL,
    key_nonce bytea NOT NULL,
    sealed_key bytea NOT NULL,
    nonce bytea NOT NULL,
    ciphertext bytea NOT NULL
);
CREATE TABLE public.integration_reads (
    credential_id text NOT NULL COLLATE pg_catalog."C",
    project_id text NOT NULL COLLATE pg_catalog."C",
    start bigint NOT NULL,
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    reads bigint NOT NULL
);
CREATE TABLE public.integrations (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    project_id text COLLATE pg_catalog."C",
    slug text NOT NULL COLLATE pg_catalog."C",
    enabled_at timestamp without time zone,
    blocked_at timestamp without time zone,
    versions bigint NOT NULL
);
CREATE TABLE public.key_rotations (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    key_id text NOT NULL COLLATE pg_catalog."C",
    digest bytea NOT NULL,
    pepper_version integer NOT NULL,
    last4 text NOT NULL,
    idempotency_key text,
    rotated_at timestamp without time zone NOT NULL,
    ends_at timestamp without time zone,
    quiet_seconds bigint,
    cancelled_at timestamp without time zone,
    used_at timestamp without time zone,
    used_address text NOT NULL,
    used_program text NOT NULL,
    new_used_at timestamp without time zone,
    new_used_address text NOT NULL,
    new_used_program text NOT NULL,
    asked text
);
CREATE TABLE public.key_usage (
    key_id text NOT NULL COLLATE pg_catalog."C",
    span bigint NOT NULL,
    start bigint NOT NULL,
    valid bigint NOT NULL,
    tenant_suspended bigint NOT NULL,
    revoked bigint NOT NULL,
    disabled bigint NOT NULL,
    expired bigint NOT NULL,
    ip_denied bigint NOT NULL,
    insufficient_scope bigint NOT NULL,
    rate_limited bigint NOT NULL,
    last_accepted bigint NOT NULL
);
CREATE TABLE public.limit_requests (
    id text NOT NULL,
    tenant_id text NOT NULL,
    wanted bigint NOT NULL,
    reason text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamp without time zone NOT NULL,
    closed_at timestamp without time zone,
    outcome text
);
CREATE TABLE public.memberships (
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    user_id text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL,
    created_at timestamp without time zone NOT NULL
);
CREATE TABLE public.observed_callers (
    key_id text NOT NULL COLLATE pg_catalog."C",
    address text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL,
    requests bigint NOT NULL,
    last_at bigint NOT NULL
);
CREATE TABLE public.projects (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    description text NOT NULL,
    created_at timestamp without time zone NOT NULL,
    archived_at timestamp without time zone
);
CREATE TABLE public.request_records (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    key_id text NOT NULL COLLATE pg_catalog."C",
    at bigint NOT NULL,
    code text NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    scope text NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL,
    rev bigint NOT NULL,
    last4 text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.sealed_secrets (
    key_id text NOT NULL,
    tenant_id text NOT NULL,
    version integer NOT NULL,
    nonce bytea NOT NULL,
    ciphertext bytea NOT NULL,
    master_key_version integer DEFAULT 1 NOT NULL
);
CREATE TABLE public.secret_checks (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.sessions (
    key_digest text NOT NULL,
    user_id text,
    state text NOT NULL,
    created_at timestamp without time zone NOT NULL,
    seen_at timestamp without time zone NOT NULL
);
CREATE TABLE public.setup_tokens (
    token_digest text NOT NULL,
    expires_at timestamp without time zone NOT NULL
);
CREATE TABLE public.sign_in_failures (
    subject text NOT NULL,
    failures bigint NOT NULL,
    last_at timestamp without time zone NOT NULL
);
CREATE TABLE public.tenants (
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    plan text NOT NULL,
    key_limit bigint NOT NULL,
    suspended_at timestamp without time zone,
    created_at timestamp without time zone NOT NULL,
    recoverable_keys boolean DEFAULT false NOT NULL
);
CREATE TABLE public.usage_gaps (
    id text NOT NULL COLLATE pg_catalog."C",
    node_id text NOT NULL,
    cause text NOT NULL,
    from_at bigint NOT NULL,
    to_at bigint NOT NULL,
    dropped bigint
);
CREATE TABLE public.usage_journal (
    node_id text NOT NULL COLLATE pg_catalog."C",
    batch bigint NOT NULL,
    start bigint NOT NULL,
    counts bytea NOT NULL,
    version integer DEFAULT 1 NOT NULL
);
CREATE TABLE public.usage_nodes (
    node_id text NOT NULL,
    started_at bigint NOT NULL,
    flushed_at bigint NOT NULL,
    stopped_at bigint,
    batch bigint NOT NULL
);
CREATE TABLE public.usage_progress (
    id integer NOT NULL,
    folded_to bigint NOT NULL
);
CREATE TABLE public.users (
    id text NOT NULL COLLATE pg_catalog."C",
    email text NOT NULL,
    name text NOT NULL,
    password_digest text NOT NULL,
    super_user boolean NOT NULL,
    disabled_at timestamp without time zone,
    created_at timestamp without time zone NOT NULL,
    support boolean DEFAULT false NOT NULL
);
CREATE TABLE public.verifier_rotations (
    id text NOT NULL COLLATE pg_catalog."C",
    verifier_id text NOT NULL COLLATE pg_catalog."C",
    digest bytea NOT NULL,
    pepper_version integer NOT NULL,
    last4 text NOT NULL,
    rotated_at timestamp without time zone NOT NULL,
    ends_at timestamp without time zone,
    last_used_at timestamp without time zone
);
CREATE TABLE public.verifier_usage (
    verifier_id text NOT NULL COLLATE pg_catalog."C",
    start bigint NOT NULL,
    asked bigint NOT NULL
);
CREATE TABLE public.verifiers (
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    token_prefix text NOT NULL,
    last4 text NOT NULL,
    digest bytea NOT NULL,
    pepper_version integer NOT NULL,
    created_at timestamp without time zone NOT NULL,
    revoked_at timestamp without time zone,
    last_used_at timestamp without time zone
);
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000001', '2026-11-29 02:50:31.16302');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000002', '2026-11-29 02:50:31.181359');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000003', '2026-11-29 02:50:31.182969');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000004', '2026-11-29 02:50:31.183345');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000005', '2026-11-29 02:50:31.190666');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000006', '2026-11-29 02:50:31.191072');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000007', '2026-11-29 02:50:31.19401');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000008', '2026-11-29 02:50:31.196163');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000009', '2026-11-29 02:50:31.197185');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000010', '2026-11-29 02:50:31.200491');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000011', '2026-11-29 02:50:31.200764');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000012', '2026-11-29 02:50:31.201897');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000013', '2026-11-29 02:50:31.203092');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000014', '2026-11-29 02:50:31.203376');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000015', '2026-11-29 02:50:31.206371');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000016', '2026-11-29 02:50:31.208066');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000017', '2026-11-29 02:50:31.208723');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000018', '2026-11-29 02:50:31.214594');
INSERT INTO public.__diesel_schema_migrations VALUES ('00000000000019', '2026-11-29 02:50:31.215011');
INSERT INTO public.api_keys VALUES ('01a1f89c-fb94-7651-9a83-eadcb3bb2d67', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', '01a1f89c-fbf1-705b-b7e3-f414a9f10cb5', 'Billing', '', 'live', '', 'ks_live_', 'OHEF', '\xd37a46a106c088ae89b9aff8f980614bafe5c2226f2cfd2bd7accfd506c96769', 1, NULL, '2026-11-20 11:00:00.019974', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'off', NULL);
INSERT INTO public.api_keys VALUES ('01a1f89c-fb95-7185-8dab-e91e2ea2c7ae', '01a1f89c-fbba-7344-8ae6-03b9bca8859b', '01a1f89c-fbba-7344-8ae6-03ba15c13e8b', 'Old gateway', '', 'live', '', 'ks_live_', 'lkMj', '\xcc08eb5982320ce513c7a7e6be4a9aa4cd00bde3782a2ebecc5450ed2ca101af', 1, NULL, '2026-11-20 11:00:00.021118', NULL, NULL, '2026-11-20 11:05:00.205643', 3, NULL, NULL, NULL, NULL, NULL, 'The gateway is gone', 'off', NULL);
INSERT INTO public.audit_events VALUES ('01a1f89c-fbf2-73cd-b15f-ad1861431640', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', '2026-11-20 11:00:00.112914', 'operator', '', 'command line', 'tenant.created', 'tenant', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', 'Acme', '{}', '', '');
INSERT INTO public.audit_events VALUES ('01a1f89c-fbf4-7026-8f57-08bd02fe0549', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', '2026-11-20 11:00:00.112914', 'operator', '', 'command line', 'member.added', 'person', '01a1f89c-fbf3-74f9-91e2-3b0498436b0d', 'alice@acme.example', '{"role":"admin"}', '', '');
INSERT INTO public.audit_events VALUES ('01a1f89c-fbbb-714e-b941-f7a89d74dfb4', '01a1f89c-fbba-7344-8ae6-03b9bca8859b', '2026-11-20 11:00:00.057266', 'operator', '', 'command line', 'tenant.created', 'tenant', '01a1f89c-fbba-7344-8ae6-03b9bca8859b', 'Globex', '{}', '', '');
INSERT INTO public.audit_events VALUES ('01a1f89c-fbbc-74f6-8c87-f16efcf70c8f', '01a1f89c-fbba-7344-8ae6-03b9bca8859b', '2026-11-20 11:00:00.057266', 'operator', '', 'command line', 'member.added', 'person', '01a1f89c-fbbb-714e-b941-f7a9f3f739fd', 'bob@globex.example', '{"role":"admin"}', '', '');
INSERT INTO public.audit_events VALUES ('01a1f89c-fb9f-7094-8676-11ccff7fb642', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', '2026-11-20 11:00:00.019974', 'operator', '', 'command line', 'key.created', 'api_key', '01a1f89c-fb94-7651-9a83-eadcb3bb2d67', 'Billing', '{"key":"ks_live_…OHEF","authorization_group":"Full access","project":null,"expires_at":null,"ip_allowlist":[],"ip_allowlist_mode":"off","rate_limit":null}', '', '');
INSERT INTO public.audit_events VALUES ('01a1f89c-fb9c-7315-86f9-e1629796909e', '01a1f89c-fbba-7344-8ae6-03b9bca8859b', '2026-11-20 11:00:00.021118', 'operator', '', 'command line', 'key.created', 'api_key', '01a1f89c-fb95-7185-8dab-e91e2ea2c7ae', 'Old gateway', '{"key":"ks_live_…lkMj","authorization_group":"Full access","project":null,"expires_at":null,"ip_allowlist":[],"ip_allowlist_mode":"off","rate_limit":null}', '', '');
INSERT INTO public.audit_events VALUES ('01a1f8a1-8feb-76fb-845a-8bb97826c988', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', '2026-11-20 11:05:00.105801', 'person', '01a1f89c-fbf3-74f9-91e2-3b0498436b0d', 'alice@acme.example', 'session.refused', 'session', '01a1f89c-fbf3-74f9-91e2-3b0498436b0d', 'alice@acme.example', '{}', '127.0.0.1', '01a1f8a18fc9ab874b90583673f0a88d');
INSERT INTO public.audit_events VALUES ('01a1f8a1-900f-71c9-ac95-a5c0b866c89e', '01a1f89c-fbba-7344-8ae6-03b9bca8859b', '2026-11-20 11:05:00.144662', 'person', '01a1f89c-fbbb-714e-b941-f7a9f3f739fd', 'bob@globex.example', 'session.created', 'session', '01a1f89c-fbbb-714e-b941-f7a9f3f739fd', 'bob@globex.example', '{}', '127.0.0.1', '01a1f8a18ff0ab874b9015b5e0e59bcd');
INSERT INTO public.audit_events VALUES ('01a1f8a1-9036-76c3-b8a0-151610cce328', '01a1f89c-fbba-7344-8ae6-03b9bca8859b', '2026-11-20 11:05:00.205643', 'person', '01a1f89c-fbbb-714e-b941-f7a9f3f739fd', 'bob@globex.example', 'key.revoked', 'api_key', '01a1f89c-fb95-7185-8dab-e91e2ea2c7ae', 'Old gateway', '{"reason":"The gateway is gone"}', '127.0.0.1', '01a1f8a1902bab874b904375a1e0199b');
INSERT INTO public.audit_events VALUES ('01a1f8a1-9049-7658-a9c7-51d6bf9cb8f1', '01a1f89c-fbba-7344-8ae6-03b9bca8859b', '2026-11-20 11:05:00.233329', 'person', '01a1f89c-fbbb-714e-b941-f7a9f3f739fd', 'bob@globex.example', 'session.ended', 'session', '01a1f89c-fbbb-714e-b941-f7a9f3f739fd', 'bob@globex.example', '{}', '127.0.0.1', '01a1f8a19048ab874b900bb2002937b5');
INSERT INTO public.audit_events VALUES ('01a1f8a1-906c-73a4-a0e7-8b120831850d', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', '2026-11-20 11:05:00.238', 'person', '01a1f89c-fbf3-74f9-91e2-3b0498436b0d', 'alice@acme.example', 'session.created', 'session', '01a1f89c-fbf3-74f9-91e2-3b0498436b0d', 'alice@acme.example', '{}', '127.0.0.1', '01a1f8a1904dab874b90744d60c58100');
INSERT INTO public.audit_events VALUES ('01a1f8a1-9075-77b1-a192-1128f6e880a0', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', '2026-11-20 11:05:00.2759', 'person', '01a1f89c-fbf3-74f9-91e2-3b0498436b0d', 'alice@acme.example', 'project.created', 'project', '01a1f8a1-9074-7479-80de-f823ff2d8ca4', 'Invoices', '{"description":""}', '127.0.0.1', '01a1f8a19072ab874b90246343193705');
INSERT INTO public.audit_events VALUES ('01a1f8a1-9086-7637-b08f-8da539627977', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', '2026-11-20 11:05:00.293062', 'person', '01a1f89c-fbf3-74f9-91e2-3b0498436b0d', 'alice@acme.example', 'limit.requested', 'tenant', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', 'Acme', '{"before":10,"limit":40,"reason":"Two more plants"}', '127.0.0.1', '01a1f8a19083ab874b906522ea7e181e');
INSERT INTO public.authorization_groups VALUES ('01a1f89c-fbf1-705b-b7e3-f414a9f10cb5', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', 'Full access', 'Grants everything: reads and changes all data of this tenant.', '*:*', true, '2026-11-20 11:00:00.112914', NULL);
INSERT INTO public.authorization_groups VALUES ('01a1f89c-fbf2-73cd-b15f-ad176ae0cb81', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', 'Read only', 'Grants reading: sees all data of this tenant and changes nothing.', '*:read', true, '2026-11-20 11:00:00.112914', NULL);
INSERT INTO public.authorization_groups VALUES ('01a1f89c-fbba-7344-8ae6-03ba15c13e8b', '01a1f89c-fbba-7344-8ae6-03b9bca8859b', 'Full access', 'Grants everything: reads and changes all data of this tenant.', '*:*', true, '2026-11-20 11:00:00.057266', NULL);
INSERT INTO public.authorization_groups VALUES ('01a1f89c-fbbb-714e-b941-f7a7965eb78a', '01a1f89c-fbba-7344-8ae6-03b9bca8859b', 'Read only', 'Grants reading: sees all data of this tenant and changes nothing.', '*:read', true, '2026-11-20 11:00:00.057266', NULL);
INSERT INTO public.change_head VALUES (1, 4, 6913283246587173026, -2277579389053141790);
INSERT INTO public.change_log VALUES (1, 'key', '01a1f89c-fb94-7651-9a83-eadcb3bb2d67', '{"name":"Billing","hint":"ks_live_…OHEF","authorization_group_id":"01a1f89c-fbf1-705b-b7e3-f414a9f10cb5","authorization_group":"Full access","scopes":"*:*","ip_allowlist":[],"ip_allowlist_observed":false,"expires_at":null,"rate_limit":null,"former_secrets":[],"disabled_at":null,"revoked_at":null,"tenant_suspended_at":null}', NULL, -5554677566315985950, -839759404280578652);
INSERT INTO public.change_log VALUES (2, 'key', '01a1f89c-fb95-7185-8dab-e91e2ea2c7ae', '{"name":"Old gateway","hint":"ks_live_…lkMj","authorization_group_id":"01a1f89c-fbba-7344-8ae6-03ba15c13e8b","authorization_group":"Full access","scopes":"*:*","ip_allowlist":[],"ip_allowlist_observed":false,"expires_at":null,"rate_limit":null,"former_secrets":[],"disabled_at":null,"revoked_at":null,"tenant_suspended_at":null}', NULL, -8814308982891409573, -5554677566315985950);
INSERT INTO public.change_log VALUES (3, 'key', '01a1f89c-fb95-7185-8dab-e91e2ea2c7ae', '{"name":"Old gateway","hint":"ks_live_…lkMj","authorization_group_id":"01a1f89c-fbba-7344-8ae6-03ba15c13e8b","authorization_group":"Full access","scopes":"*:*","ip_allowlist":[],"ip_allowlist_observed":false,"expires_at":null,"rate_limit":null,"former_secrets":[],"disabled_at":null,"revoked_at":"2026-11-20T11:05:00.205643Z","tenant_suspended_at":null}', NULL, -2277579389053141790, -8814308982891409573);
INSERT INTO public.change_log VALUES (4, 'project', '01a1f8a1-9074-7479-80de-f823ff2d8ca4', '{}', NULL, 6913283246587173026, -2277579389053141790);
INSERT INTO public.limit_requests VALUES ('01a1f8a1-9086-7637-b08f-8da428df8e79', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', 40, 'Two more plants', 'alice@acme.example', '2026-11-20 11:05:00.293062', NULL, NULL);
INSERT INTO public.memberships VALUES ('01a1f89c-fbf1-705b-b7e3-f413f03a9c59', '01a1f89c-fbf3-74f9-91e2-3b0498436b0d', 'admin', '2026-11-20 11:00:00.112914');
INSERT INTO public.memberships VALUES ('01a1f89c-fbba-7344-8ae6-03b9bca8859b', '01a1f89c-fbbb-714e-b941-f7a9f3f739fd', 'admin', '2026-11-20 11:00:00.057266');
INSERT INTO public.projects VALUES ('01a1f8a1-9074-7479-80de-f823ff2d8ca4', '01a1f89c-fbf1-705b-b7e3-f413f03a9c59', 'Invoices', '', '2026-11-20 11:05:00.2759', NULL);
INSERT INTO public.secret_checks VALUES ('pepper', 'fdf73b077d75bcdb6eeba6d877b50574b37cf888156eb7b6e0b6030272f45407');
INSERT INTO public.secret_checks VALUES ('master key', '048dd6889049e1149e93c970bf8bcbc68a77444306368259ade1bc9a45a8bd0f');
INSERT INTO public.sessions VALUES ('900b753c7670fd5224b0ac118f9585b8991e77dbf3bb97a68cb99febaff5edac', '01a1f89c-fbf3-74f9-91e2-3b0498436b0d', '{"who":"{\"user\":\"01a1f89c-fbf3-74f9-91e2-3b0498436b0d\",\"tenant\":\"01a1f89c-fbf1-705b-b7e3-f413f03a9c59\",\"csrf\":\"fe1fcd7c9bfd77a68c5628619caabb4cc96849850976a2c92a8e6682f7721bb2\"}","flash":"{\"text\":\"40 keys are requested. Support sees it in its list.\",\"undo\":null}"}', '2026-11-20 11:05:00.269397', '2026-11-20 11:05:00.269397');
INSERT INTO public.sign_in_failures VALUES ('address:127.0.0.1', 1, '2026-11-20 11:05:00.105801');
INSERT INTO public.tenants VALUES ('01a1f89c-fbf1-705b-b7e3-f413f03a9c59', 'Acme', 'Standard', 10, NULL, '2026-11-20 11:00:00.112914', false);
INSERT INTO public.tenants VALUES ('01a1f89c-fbba-7344-8ae6-03b9bca8859b', 'Globex', 'Standard', 10, NULL, '2026-11-20 11:00:00.057266', false);
INSERT INTO public.usage_nodes VALUES ('01a1f8a1-8f9a-7645-9d5c-0648088df6b3', 1795172700058974, 1795172700058974, NULL, 0);
INSERT INTO public.usage_progress VALUES (1, 1795172640);
INSERT INTO public.users VALUES ('01a1f89c-fbf3-74f9-91e2-3b0498436b0d', 'alice@acme.example', 'alice', '$argon2id$v=19$m=19456,t=2,p=1$1Qt322bRrdW2TkxP5/dSwA$hWz46x3N2Xp4WeBQHhoYWK031AEQZo1gPRvoyIy+bms', false, NULL, '2026-11-20 11:00:00.112914', false);
INSERT INTO public.users VALUES ('01a1f89c-fbbb-714e-b941-f7a9f3f739fd', 'bob@globex.example', 'bob', '$argon2id$v=19$m=19456,t=2,p=1$8AEg2nTEGBxJ6NmKJF06pw$uh2VsKblnAaoMMhaVXiH9PIKWn4eaZ+JMfUwJWudWMg', false, NULL, '2026-11-20 11:00:00.057266', false);
ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.access_requests
    ADD CONSTRAINT access_requests_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_tenant_id_idempotency_key_key UNIQUE (tenant_id, idempotency_key);
ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.authorization_groups
    ADD CONSTRAINT authorization_groups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.authorization_groups
    ADD CONSTRAINT authorization_groups_tenant_id_name_key UNIQUE (tenant_id, name);
ALTER TABLE ONLY public.change_head
    ADD CONSTRAINT change_head_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.change_log
    ADD CONSTRAINT change_log_pkey PRIMARY KEY (rev);
ALTER TABLE ONLY public.feature_rollouts
    ADD CONSTRAINT feature_rollouts_pkey PRIMARY KEY (feature);
ALTER TABLE ONLY public.feature_switches
    ADD CONSTRAINT feature_switches_pkey PRIMARY KEY (tenant_id, feature);
ALTER TABLE ONLY public.integration_credentials
    ADD CONSTRAINT integration_credentials_integration_id_environment_name_key UNIQUE (integration_id, environment, name);
ALTER TABLE ONLY public.integration_credentials
    ADD CONSTRAINT integration_credentials_integration_id_version_key UNIQUE (integration_id, version);
ALTER TABLE ONLY public.integration_credentials
    ADD CONSTRAINT integration_credentials_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.integration_reads
    ADD CONSTRAINT integration_reads_pkey PRIMARY KEY (credential_id, project_id, start);
ALTER TABLE ONLY public.integrations
    ADD CONSTRAINT integrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.key_rotations
    ADD CONSTRAINT key_rotations_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.key_rotations
    ADD CONSTRAINT key_rotations_key_id_idempotency_key_key UNIQUE (key_id, idempotency_key);
ALTER TABLE ONLY public.key_rotations
    ADD CONSTRAINT key_rotations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.key_usage
    ADD CONSTRAINT key_usage_pkey PRIMARY KEY (key_id, span, start);
ALTER TABLE ONLY public.limit_requests
    ADD CONSTRAINT limit_requests_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (tenant_id, user_id);
ALTER TABLE ONLY public.observed_callers
    ADD CONSTRAINT observed_callers_pkey PRIMARY KEY (key_id, address);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_tenant_id_name_key UNIQUE (tenant_id, name);
ALTER TABLE ONLY public.request_records
    ADD CONSTRAINT request_records_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sealed_secrets
    ADD CONSTRAINT sealed_secrets_pkey PRIMARY KEY (key_id);
ALTER TABLE ONLY public.secret_checks
    ADD CONSTRAINT secret_checks_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (key_digest);
ALTER TABLE ONLY public.setup_tokens
    ADD CONSTRAINT setup_tokens_pkey PRIMARY KEY (token_digest);
ALTER TABLE ONLY public.sign_in_failures
    ADD CONSTRAINT sign_in_failures_pkey PRIMARY KEY (subject);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.usage_gaps
    ADD CONSTRAINT usage_gaps_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.usage_journal
    ADD CONSTRAINT usage_journal_pkey PRIMARY KEY (node_id, batch);
ALTER TABLE ONLY public.usage_nodes
    ADD CONSTRAINT usage_nodes_pkey PRIMARY KEY (node_id);
ALTER TABLE ONLY public.usage_progress
    ADD CONSTRAINT usage_progress_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_key UNIQUE (email);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.verifier_rotations
    ADD CONSTRAINT verifier_rotations_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.verifier_rotations
    ADD CONSTRAINT verifier_rotations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.verifier_usage
    ADD CONSTRAINT verifier_usage_pkey PRIMARY KEY (verifier_id, start);
ALTER TABLE ONLY public.verifiers
    ADD CONSTRAINT verifiers_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.verifiers
    ADD CONSTRAINT verifiers_pkey PRIMARY KEY (id);
CREATE INDEX api_keys_of_a_group ON public.api_keys USING btree (group_id, id);
CREATE INDEX api_keys_of_a_tenant ON public.api_keys USING btree (tenant_id, deleted_at, id);
CREATE INDEX api_keys_toward_the_limit ON public.api_keys USING btree (tenant_id, expires_at) WHERE ((deleted_at IS NULL) AND (revoked_at IS NULL));
CREATE INDEX audit_events_of_a_tenant ON public.audit_events USING btree (tenant_id, id);
CREATE INDEX audit_events_of_an_object ON public.audit_events USING btree (object_id, id);
CREATE INDEX change_log_of_an_item ON public.change_log USING btree (item, rev);
CREATE UNIQUE INDEX integration_credentials_current ON public.integration_credentials USING btree (integration_id, environment) WHERE ((current_since IS NOT NULL) AND (replaced_at IS NULL));
CREATE INDEX integration_credentials_master_key ON public.integration_credentials USING btree (master_key_version, id);
CREATE INDEX integration_reads_start ON public.integration_reads USING btree (start);
CREATE UNIQUE INDEX integrations_level ON public.integrations USING btree (tenant_id, COALESCE(project_id, ''::text), slug);
CREATE INDEX key_rotations_by_end ON public.key_rotations USING btree (ends_at);
CREATE INDEX key_rotations_of_a_key ON public.key_rotations USING btree (key_id, id);
CREATE INDEX key_rotations_of_a_tenant ON public.key_rotations USING btree (tenant_id, ends_at);
CREATE INDEX key_usage_of_a_time ON public.key_usage USING btree (span, start);
CREATE INDEX memberships_of_a_user ON public.memberships USING btree (user_id);
CREATE INDEX observed_callers_of_a_time ON public.observed_callers USING btree (last_at);
CREATE UNIQUE INDEX open_access_request_of_a_tenant ON public.access_requests USING btree (tenant_id, feature) WHERE (closed_at IS NULL);
CREATE UNIQUE INDEX open_limit_request_of_a_tenant ON public.limit_requests USING btree (tenant_id) WHERE (closed_at IS NULL);
CREATE INDEX request_records_of_a_key ON public.request_records USING btree (key_id, id);
CREATE INDEX request_records_of_a_tenant ON public.request_records USING btree (tenant_id, id);
CREATE INDEX sealed_secrets_of_a_tenant ON public.sealed_secrets USING btree (tenant_id);
CREATE INDEX sessions_of_a_user ON public.sessions USING btree (user_id);
CREATE INDEX usage_gaps_of_a_time ON public.usage_gaps USING btree (to_at);
CREATE INDEX verifier_rotations_of_verifier ON public.verifier_rotations USING btree (verifier_id);
ALTER TABLE ONLY public.access_requests
    ADD CONSTRAINT access_requests_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.authorization_groups(id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.authorization_groups
    ADD CONSTRAINT authorization_groups_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.feature_switches
    ADD CONSTRAINT feature_switches_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.integration_credentials
    ADD CONSTRAINT integration_credentials_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES public.integrations(id);
ALTER TABLE ONLY public.integration_credentials
    ADD CONSTRAINT integration_credentials_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.integration_reads
    ADD CONSTRAINT integration_reads_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.integration_reads
    ADD CONSTRAINT integration_reads_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.integrations
    ADD CONSTRAINT integrations_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);
ALTER TABLE ONLY public.integrations
    ADD CONSTRAINT integrations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.key_rotations
    ADD CONSTRAINT key_rotations_key_id_fkey FOREIGN KEY (key_id) REFERENCES public.api_keys(id);
ALTER TABLE ONLY public.key_rotations
    ADD CONSTRAINT key_rotations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.limit_requests
    ADD CONSTRAINT limit_requests_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.sealed_secrets
    ADD CONSTRAINT sealed_secrets_key_id_fkey FOREIGN KEY (key_id) REFERENCES public.api_keys(id);
ALTER TABLE ONLY public.verifier_rotations
    ADD CONSTRAINT verifier_rotations_verifier_id_fkey FOREIGN KEY (verifier_id) REFERENCES public.verifiers(id);
ALTER TABLE ONLY public.verifier_usage
    ADD CONSTRAINT verifier_usage_verifier_id_fkey FOREIGN KEY (verifier_id) REFERENCES public.verifiers(id);
