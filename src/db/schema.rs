//! The tables as diesel sees them, with the types that both databases share.
#![allow(missing_docs, reason = "the columns are described in the migrations")]

diesel::table! {
    tenants (id) {
        id -> Text, name -> Text, plan -> Text, key_limit -> BigInt, suspended_at -> Nullable<Timestamp>,
        created_at -> Timestamp, recoverable_keys -> Bool, audit_credential_reads -> Bool, suspension_reason -> Text,
        name_key -> Nullable<Text>, support_sees_addresses -> Bool, deletion_at -> Nullable<Timestamp>,
        deletion_by -> Text, deletion_reason -> Text, deletion_begun_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    users (id) {
        id -> Text, email -> Text, name -> Text, password_digest -> Text, super_user -> Bool,
        disabled_at -> Nullable<Timestamp>, created_at -> Timestamp, support -> Bool, signed_in_at -> Nullable<Timestamp>,
        second_factor_at -> Nullable<Timestamp>, time_zone -> Text,
    }
}

diesel::table! { plans (name) { name -> Text, position -> Integer, key_limit -> BigInt, features -> Text, } }

diesel::table! { memberships (tenant_id, user_id) { tenant_id -> Text, user_id -> Text, role -> Text, created_at -> Timestamp, } }

diesel::table! {
    invitations (id) {
        id -> Text, tenant_id -> Text, email -> Text, role -> Text, invited_by -> Text, created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    sessions (key_digest) {
        key_digest -> Text, user_id -> Nullable<Text>, state -> Text, created_at -> Timestamp, seen_at -> Timestamp,
        proven_at -> Nullable<Timestamp>, address -> Text, program -> Text,
    }
}

diesel::table! {
    second_factors (user_id) {
        user_id -> Text, created_at -> Timestamp, last_step -> BigInt, version -> Integer, master_key_version -> Integer,
        nonce -> Binary, ciphertext -> Binary,
    }
}

diesel::table! { recovery_codes (user_id, digest) { user_id -> Text, digest -> Binary, salt -> Binary, } }

diesel::table! { setup_tokens (token_digest) { token_digest -> Text, expires_at -> Timestamp, } }

diesel::table! { sign_in_failures (subject) { subject -> Text, failures -> BigInt, last_at -> Timestamp, } }

diesel::table! {
    authorization_groups (id) {
        id -> Text, tenant_id -> Text, name -> Text, summary -> Text, scopes -> Text, built_in -> Bool,
        created_at -> Timestamp, deleted_at -> Nullable<Timestamp>, name_key -> Nullable<Text>,
    }
}

diesel::table! {
    projects (id) {
        id -> Text, tenant_id -> Text, name -> Text, description -> Text, created_at -> Timestamp,
        archived_at -> Nullable<Timestamp>, name_key -> Nullable<Text>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text, tenant_id -> Text, group_id -> Text, name -> Text, description -> Text, environment -> Text,
        ip_allowlist -> Text, key_prefix -> Text, last4 -> Text, digest -> Binary, pepper_version -> Integer,
        idempotency_key -> Nullable<Text>, created_at -> Timestamp, expires_at -> Nullable<Timestamp>,
        disabled_at -> Nullable<Timestamp>, revoked_at -> Nullable<Timestamp>, revoked_rev -> Nullable<BigInt>,
        deleted_at -> Nullable<Timestamp>, rate_limit_requests -> Nullable<BigInt>,
        rate_limit_period -> Nullable<Text>, rate_limit_burst -> Nullable<BigInt>, rotated_at -> Nullable<Timestamp>,
        revocation_reason -> Nullable<Text>, ip_allowlist_mode -> Text, project_id -> Nullable<Text>,
        owner_id -> Nullable<Text>, owner_text -> Text, asked -> Nullable<Text>,
    }
}

diesel::table! {
    key_rotations (id) {
        id -> Text, tenant_id -> Text, key_id -> Text, digest -> Binary, pepper_version -> Integer, last4 -> Text,
        idempotency_key -> Nullable<Text>, rotated_at -> Timestamp, ends_at -> Nullable<Timestamp>,
        quiet_seconds -> Nullable<BigInt>, cancelled_at -> Nullable<Timestamp>, used_at -> Nullable<Timestamp>,
        used_address -> Text, used_program -> Text, new_used_at -> Nullable<Timestamp>, new_used_address -> Text,
        new_used_program -> Text, asked -> Nullable<Text>,
    }
}

diesel::table! {
    key_usage (key_id, span, start) {
        key_id -> Text, span -> BigInt, start -> BigInt, valid -> BigInt, tenant_suspended -> BigInt, revoked -> BigInt,
        disabled -> BigInt, expired -> BigInt, ip_denied -> BigInt, insufficient_scope -> BigInt,
        rate_limited -> BigInt, last_accepted -> BigInt,
    }
}

diesel::table! {
    usage_journal (node_id, batch) { node_id -> Text, batch -> BigInt, start -> BigInt, counts -> Binary, version -> Integer, }
}

diesel::table! { usage_progress (id) { id -> Integer, folded_to -> BigInt, } }

diesel::table! {
    request_records (id) {
        id -> Text, tenant_id -> Text, key_id -> Text, at -> BigInt, code -> Text, method -> Text, path -> Text,
        scope -> Text, address -> Text, user_agent -> Text, rev -> BigInt, last4 -> Text,
    }
}

diesel::table! {
    usage_gaps (id) {
        id -> Text, node_id -> Text, cause -> Text, from_at -> BigInt, to_at -> BigInt, dropped -> Nullable<BigInt>,
    }
}

diesel::table! { usage_nodes (node_id) { node_id -> Text, started_at -> BigInt, flushed_at -> BigInt, stopped_at -> Nullable<BigInt>, batch -> BigInt, } }

diesel::table! {
    verifiers (id) {
        id -> Text, name -> Text, token_prefix -> Text, last4 -> Text, digest -> Binary, pepper_version -> Integer,
        created_at -> Timestamp, revoked_at -> Nullable<Timestamp>, last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    verifier_rotations (id) {
        id -> Text, verifier_id -> Text, digest -> Binary, pepper_version -> Integer, last4 -> Text,
        rotated_at -> Timestamp, ends_at -> Nullable<Timestamp>, last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! { verifier_usage (verifier_id, start) { verifier_id -> Text, start -> BigInt, asked -> BigInt, } }

diesel::table! {
    audit_events (id) {
        id -> Text, tenant_id -> Nullable<Text>, at -> Timestamp, actor_kind -> Text, actor_id -> Text,
        actor_name -> Text, action -> Text, object_kind -> Text, object_id -> Text, object_name -> Text,
        detail -> Text, address -> Text, request_id -> Text, seq -> BigInt, mac -> Nullable<Binary>,
    }
}

diesel::table! {
    audit_heads (chain) {
        chain -> Text, seq -> BigInt, mac -> Binary, pruned_seq -> BigInt, pruned_mac -> Binary, signature -> Binary,
    }
}

diesel::table! {
    audit_keys (id) {
        id -> Integer, master_key_version -> Integer, nonce -> Binary, ciphertext -> Binary, check_value -> Text,
    }
}

diesel::table! { observed_callers (key_id, address) { key_id -> Text, address -> Text, tenant_id -> Text, requests -> BigInt, last_at -> BigInt, } }

diesel::table! { change_head (id) { id -> Integer, rev -> BigInt, entry_id -> BigInt, parent_id -> BigInt, } }

diesel::table! {
    change_log (rev) {
        rev -> BigInt, kind -> Text, item -> Text, payload -> Text, old_digest -> Nullable<Binary>, entry_id -> BigInt,
        parent_id -> BigInt, stops -> Bool,
    }
}

diesel::table! {
    restores (number) {
        number -> BigInt, decided_at -> Timestamp, lost_rev -> BigInt, lost_entry -> BigInt, decision -> Text,
        key_count -> BigInt, group_count -> BigInt, tenant_count -> BigInt, verifier_count -> BigInt,
    }
}

diesel::table! { kept_allowlists (key_id, rev) { key_id -> Text, rev -> BigInt, entries -> Text, } }

diesel::table! { change_marks (at) { at -> BigInt, rev -> BigInt, is_pruned -> Bool, } }

diesel::table! { secret_checks (name) { name -> Text, value -> Text, } }

diesel::table! {
    limit_requests (id) {
        id -> Text, tenant_id -> Text, wanted -> BigInt, reason -> Text, asked_by -> Text, asked_at -> Timestamp,
        closed_at -> Nullable<Timestamp>, outcome -> Nullable<Text>, awaits_tenant -> Bool,
    }
}

diesel::table! {
    limit_messages (id) {
        id -> Text, request_id -> Text, tenant_id -> Text, by_support -> Bool, author -> Text, words -> Text,
        written_at -> Timestamp,
    }
}

diesel::table! {
    limit_ends (tenant_id) { tenant_id -> Text, ends_at -> Timestamp, falls_to -> BigInt, fell_at -> Nullable<Timestamp>, }
}

diesel::table! {
    support_grants (id) {
        id -> Text, tenant_id -> Text, user_id -> Text, staff -> Text, reason -> Text, asked_at -> Timestamp,
        ends_at -> Nullable<Timestamp>, ended_at -> Nullable<Timestamp>, opened_at -> Nullable<Timestamp>,
        last_path -> Text,
    }
}

diesel::table! {
    sealed_secrets (key_id) {
        key_id -> Text, tenant_id -> Text, version -> Integer, nonce -> Binary, ciphertext -> Binary,
        master_key_version -> Integer,
    }
}

diesel::table! {
    integrations (id) {
        id -> Text, tenant_id -> Text, project_id -> Nullable<Text>, slug -> Text, enabled_at -> Nullable<Timestamp>,
        blocked_at -> Nullable<Timestamp>, versions -> BigInt,
    }
}

diesel::table! {
    integration_credentials (id) {
        id -> Text, tenant_id -> Text, integration_id -> Text, environment -> Text, version -> BigInt, name -> Text,
        last4 -> Text, created_by -> Text, created_at -> Timestamp, expires_at -> Nullable<Timestamp>,
        current_since -> Nullable<Timestamp>, replaced_at -> Nullable<Timestamp>, refused_at -> Nullable<Timestamp>,
        refused_in -> Nullable<Text>, damaged_at -> Nullable<Timestamp>, sealing_version -> Integer,
        master_key_version -> Integer, key_nonce -> Binary, sealed_key -> Binary, nonce -> Binary, ciphertext -> Binary,
    }
}

diesel::table! {
    integration_reads (credential_id, project_id, start) {
        credential_id -> Text, project_id -> Text, start -> BigInt, tenant_id -> Text, reads -> BigInt,
    }
}

diesel::table! { feature_switches (tenant_id, feature) { tenant_id -> Text, feature -> Text, state -> Text, } }

diesel::table! { feature_rollouts (feature) { feature -> Text, percentage -> BigInt, } }

diesel::table! {
    access_requests (id) {
        id -> Text, tenant_id -> Text, feature -> Text, reason -> Text, asked_by -> Text, asked_at -> Timestamp,
        closed_at -> Nullable<Timestamp>, outcome -> Nullable<Text>, answer -> Nullable<Text>,
    }
}

diesel::table! {
    leaked_keys (key_id) {
        key_id -> Text, tenant_id -> Text, reported_at -> Timestamp, reported_by -> Text, place -> Text,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text, tenant_id -> Nullable<Text>, recipient -> Text, letter -> Text, created_at -> Timestamp,
        due_at -> Timestamp, attempts -> Integer,
    }
}

diesel::joinable!(leaked_keys -> api_keys (key_id));
diesel::joinable!(api_keys -> authorization_groups (group_id));
diesel::joinable!(api_keys -> tenants (tenant_id));
diesel::joinable!(integration_credentials -> integrations (integration_id));
diesel::joinable!(key_rotations -> api_keys (key_id));
diesel::joinable!(memberships -> tenants (tenant_id));
diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(invitations -> tenants (tenant_id));
diesel::joinable!(verifier_rotations -> verifiers (verifier_id));
diesel::allow_tables_to_appear_in_same_query!(
    api_keys,
    authorization_groups,
    projects,
    tenants,
    memberships,
    invitations,
    users,
    key_rotations,
    key_usage,
    usage_journal,
    usage_nodes,
    request_records,
    audit_events,
    confirmed_events,
    change_confirmations,
    integrations,
    integration_credentials,
    integration_reads,
    leaked_keys,
    limit_ends,
    limit_requests,
    sealed_secrets,
    support_grants,
    verifiers,
    verifier_rotations
);

diesel::table! {
    node_leases (node_id) {
        node_id -> Text, beat -> BigInt, applied_rev -> BigInt, lease_ms -> BigInt, name -> Text, address -> Text,
        version -> Text, started_at -> Timestamp, seen_at -> Timestamp, key_count -> BigInt, questions_per_second -> BigInt,
    }
}

diesel::table! {
    change_confirmations (rev) { rev -> BigInt, nodes -> BigInt, lapsed -> BigInt, waited_ms -> BigInt, }
}

diesel::table! { confirmed_events (event_id) { event_id -> Text, rev -> BigInt, } }
diesel::joinable!(confirmed_events -> change_confirmations (rev));
diesel::joinable!(confirmed_events -> audit_events (event_id));
