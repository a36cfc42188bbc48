//! The files of `deploy/`, run by the real gateways.

mod claims;
mod files;
mod largest;
mod load;
mod preflights;
mod promises;
mod proof;
mod refusals;
mod targets;
mod upgrade;

use crate::support::gateway::Kind;

/// Each promise as a test of its own for each gateway.
macro_rules! kept_by {
    ($($file:ident { $($name:ident),* $(,)? })*) => {
        mod nginx { $($(#[actix_web::test] async fn $name() { super::$file::$name(super::Kind::Nginx).await; })*)* }
        mod nginx_by_socket { $($(#[actix_web::test] async fn $name() { super::$file::$name(super::Kind::NginxBySocket).await; })*)* }
        mod caddy { $($(#[actix_web::test] async fn $name() { super::$file::$name(super::Kind::Caddy).await; })*)* }
        mod haproxy { $($(#[actix_web::test] async fn $name() { super::$file::$name(super::Kind::Haproxy).await; })*)* }
        mod traefik { $($(#[actix_web::test] async fn $name() { super::$file::$name(super::Kind::Traefik).await; })*)* }
        mod envoy { $($(#[actix_web::test] async fn $name() { super::$file::$name(super::Kind::Envoy).await; })*)* }
    };
}

kept_by! {
    promises {
        a_valid_key_passes_with_its_identity_and_without_its_secret,
        the_api_hears_the_project_of_a_key_and_no_claim_of_one,
        no_key_and_unknown_keys_are_401_with_a_challenge,
        connections_to_keystead_are_kept_where_that_is_safe,
        a_revoked_key_is_refused_on_the_next_request,
        a_missing_scope_is_403,
        two_credentials_are_400,
        a_method_of_the_apis_own_passes,
        the_address_reaches_the_api_as_it_was_sent,
        keystead_stopped_is_503_and_never_a_pass,
        keystead_silent_is_503_and_never_a_pass,
        an_allowlist_decides_by_the_real_client,
        a_body_reaches_the_api_whole,
        people_reach_the_pages_and_no_client_asks_by_itself,
    }
    claims {
        identity_that_a_client_claims_never_reaches_the_api,
        names_that_keystead_never_uses_do_not_reach_the_api_either,
    }
    proof {
        an_answer_without_the_mark_is_no_yes,
    }
    upgrade {
        a_websocket_handshake_passes_with_a_key_alone,
        no_other_upgrade_reaches_the_api,
    }
    refusals {
        a_refusal_brings_keysteads_document,
        a_refused_request_is_asked_about_once,
    }
    largest {
        the_largest_identity_reaches_the_api_whole,
    }
    targets {
        the_address_counts_and_not_another_host_beside_it,
    }
    preflights {
        a_preflight_passes_where_the_file_lets_it_and_nothing_else_does,
    }
    load {
        under_load_every_request_is_asked_about_and_no_question_goes_astray,
    }
}
