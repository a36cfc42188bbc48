//! The REST API, below `/api/v1`.

use actix_web::web::ServiceConfig;

use crate::web::body::LARGEST_SETTINGS as SETTINGS;
use crate::web::edges::batch;
use crate::web::route_lines::routes;
use crate::web::{api, openapi};

/// What systems with a key, and verifiers, ask for.
pub fn rest_api(scope: &mut ServiceConfig) {
    // Asked each time that a system needs a credential, so it comes first: each pattern before it costs the request.
    routes! { scope,
        "/projects/{project}/integrations/{slug}/credential" => get api::resolutions::show;
        "/verify/batch" [batch::LARGEST_BODY] => post batch::create;
        "/auth/whoami" => get api::whoami::show;
        "/auth/api-keys" [SETTINGS] => get api::key_lists::index, post api::keys::create;
        "/auth/api-keys/{id}" [SETTINGS] => get api::keys::show, patch api::key_updates::update, delete api::keys::destroy;
        "/auth/api-keys/{id}/rotate" => post api::key_rotations::create;
        "/auth/api-keys/{id}/rotation/extension" => post api::key_rotation_ends::extend;
        "/auth/api-keys/{id}/rotation/end" => post api::key_rotation_ends::finish;
        "/auth/api-keys/{id}/rotation/cancellation" => post api::key_rotation_ends::cancel;
        "/auth/api-keys/{id}/disable" => post api::key_suspensions::disable;
        "/auth/api-keys/{id}/enable" => post api::key_suspensions::enable;
        "/auth/authorization-groups" => get api::groups::index, post api::groups::create;
        "/auth/authorization-groups/{id}" => get api::groups::show, patch api::groups::update, delete api::groups::destroy;
        "/projects" => get api::projects::index, post api::projects::create;
        "/projects/{id}" => get api::projects::show, patch api::projects::update;
        "/projects/{id}/archive" => post api::projects::archive;
        "/projects/{id}/restore" => post api::projects::restore;
        "/projects/{project}/integrations" => get api::project_integrations::index;
        "/projects/{project}/integrations/{slug}" => get api::project_integrations::show, patch api::project_integrations::update;
        "/projects/{project}/integrations/{slug}/report" => post api::resolutions::report;
        "/projects/{project}/integrations/{slug}/credentials" => post api::credentials::create_of_project;
        "/projects/{project}/integrations/{slug}/credentials/{id}" => delete api::credentials::destroy_of_project;
        "/projects/{project}/integrations/{slug}/credentials/{id}/make-current" => post api::credentials::make_current_of_project;
        "/integrations" => get api::integrations::index;
        "/integrations/{slug}" => get api::integrations::show, patch api::integrations::update;
        "/integrations/{slug}/credentials" => post api::credentials::create;
        "/integrations/{slug}/credentials/{id}" => delete api::credentials::destroy;
        "/integrations/{slug}/credentials/{id}/make-current" => post api::credentials::make_current;
        "/audit" => get api::audit::index;
        "/openapi.json" => get openapi::show;
    };
}
