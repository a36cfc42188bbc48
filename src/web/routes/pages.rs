//! The pages of people.

use actix_web::web::ServiceConfig;

use crate::web::admin::{
    access_requests, first_steps, groups, home, integrations, keys, limit_requests, projects,
    requests, sessions, settings, setup, theme, usage, verifiers,
};
use crate::web::body::LARGEST_SETTINGS as SETTINGS;
use crate::web::route_lines::routes;
use crate::web::{audit, docs, jump};

/// Of tenants and of the installation.
pub fn pages(scope: &mut ServiceConfig) {
    routes! { scope,
        "/" => page home::index;
        "/setup" => page setup::new, post setup::create;
        "/login" => page sessions::sign_in::new, post sessions::sign_in::create;
        "/login/code" => page sessions::codes::new, post sessions::codes::create;
        "/logout" => post sessions::sign_out::destroy;
        "/theme" => post theme::update;
        "/jump" => page jump::new, post jump::create;
        "/api/docs" => page docs::show;
        "/tenant-api-keys" [SETTINGS] => page keys::list::index, post keys::generation::create;
        "/tenant-api-keys/new" => page keys::form::new;
        "/tenant-api-keys/validation" [SETTINGS] => post keys::field_checks::generate;
        "/tenant-api-keys/edit-validation" [SETTINGS] => post keys::field_checks::edit;
        "/tenant-api-keys/batch-plan" => post keys::batches::plan;
        "/tenant-api-keys/batch" => post keys::batches::create;
        "/tenant-api-keys/lookup" => post keys::lookups::create;
        "/tenant-api-keys/search" => post keys::lookups::search;
        "/tenant-api-keys/limit-request" => page limit_requests::new, post limit_requests::create;
        "/tenant-api-keys/limit-request/withdrawal" => post limit_requests::withdraw;
        "/tenant-api-keys/limit-request/messages" => post limit_requests::answer;
        "/tenant-api-keys/{id}" => page keys::page::show;
        "/tenant-api-keys/{id}/edit" [SETTINGS] => page keys::edits::edit, post keys::edits::update;
        "/tenant-api-keys/{id}/allowlist" => post keys::allowlists::create;
        "/tenant-api-keys/{id}/suspension" => post keys::suspensions::create;
        "/tenant-api-keys/{id}/suspension/removal" => post keys::suspensions::destroy;
        "/tenant-api-keys/{id}/rotation" => page keys::rotations::new, post keys::rotations::create;
        "/tenant-api-keys/{id}/rotation/extension" => post keys::rotation_ends::extend;
        "/tenant-api-keys/{id}/rotation/end" => page keys::rotation_ends::ask_to_finish, post keys::rotation_ends::finish;
        "/tenant-api-keys/{id}/rotation/cancellation" => page keys::rotation_ends::ask_to_cancel, post keys::rotation_ends::cancel;
        "/tenant-api-keys/{id}/disclosure" => page keys::disclosures::new, post keys::disclosures::create;
        "/tenant-api-keys/{id}/revocation" => page keys::revocations::new, post keys::revocations::create;
        "/tenant-api-keys/{id}/confirmation" => page keys::confirmations::show;
        "/tenant-api-keys/{id}/deletion" => page keys::deletions::new, post keys::deletions::create;
        "/authorization-groups" => page groups::list::index, post groups::form::create;
        "/authorization-groups/new" => page groups::form::new;
        "/authorization-groups/summary" => page groups::list::summary;
        "/authorization-groups/{id}/edit" => page groups::form::edit, post groups::form::update;
        "/authorization-groups/{id}/deletion" => page groups::deletions::new, post groups::deletions::create;
        "/projects" => page projects::list::index, post projects::form::create;
        "/projects/new" => page projects::form::new;
        "/projects/{id}/edit" => page projects::form::edit, post projects::form::update;
        "/projects/{id}/archival" => post projects::archivals::create;
        "/projects/{id}/archival/removal" => post projects::archivals::destroy;
        "/first-steps" => page first_steps::show;
        "/usage" => page usage::page::index;
        "/usage/keys" => page usage::key_choices::index;
        "/usage/requests" => page requests::list::index;
        // An export writes an audit row, so HEAD does not ask for one.
        "/usage/requests.csv" => get requests::exports::csv;
        "/usage/requests.ndjson" => get requests::exports::ndjson;
        "/usage/explanation" => page requests::explanations::show;
        "/audit" => page audit::tenant_log::index;
        "/audit.csv" => get audit::exports::csv;
        "/audit.ndjson" => get audit::exports::ndjson;
        "/settings" => page settings::page::show, post settings::page::update;
        "/verifiers" => page verifiers::list::index, post verifiers::list::create;
        "/verifiers/{id}/rotation" => page verifiers::rotations::new, post verifiers::rotations::create;
        "/verifiers/{id}/rotation/end" => page verifiers::rotation_ends::new, post verifiers::rotation_ends::create;
        "/verifiers/{id}/revocation" => page verifiers::revocations::new, post verifiers::revocations::create;
    };
}

/// Third parties' credentials, of the organisation and of projects.
pub fn of_integrations(scope: &mut ServiceConfig) {
    routes! { scope,
        "/projects/{project}/integrations" => page integrations::list::index;
        "/projects/{project}/integrations/{slug}" => page integrations::page::show;
        "/projects/{project}/integrations/{slug}/block" => post integrations::blocks::create;
        "/projects/{project}/integrations/{slug}/block/removal" => post integrations::blocks::destroy;
        "/projects/{project}/integrations/{slug}/override-removal" => page integrations::blocks::ask_to_remove_override, post integrations::blocks::remove_override;
        "/projects/{project}/integrations/{slug}/credentials" => post integrations::form::create;
        "/projects/{project}/integrations/{slug}/credentials/test" => post integrations::test_calls::create;
        "/projects/{project}/integrations/{slug}/credentials/new" => page integrations::form::new;
        "/projects/{project}/integrations/{slug}/credentials/{id}/promotion" => page integrations::credentials::ask_to_promote, post integrations::credentials::promote;
        "/projects/{project}/integrations/{slug}/credentials/{id}/removal" => page integrations::credentials::ask_to_remove, post integrations::credentials::remove;
        "/integrations" => page integrations::list::index;
        "/integrations/access-request" => page access_requests::form::new, post access_requests::form::create;
        "/integrations/access-request/withdrawal" => post access_requests::form::withdraw;
        "/integrations/{slug}" => page integrations::page::show;
        "/integrations/{slug}/switch-on" => page integrations::switches::ask_to_enable, post integrations::switches::enable;
        "/integrations/{slug}/switch-off" => page integrations::switches::ask_to_disable, post integrations::switches::disable;
        "/integrations/{slug}/credentials" => post integrations::form::create;
        "/integrations/{slug}/credentials/test" => post integrations::test_calls::create;
        "/integrations/{slug}/credentials/new" => page integrations::form::new;
        "/integrations/{slug}/credentials/{id}/promotion" => page integrations::credentials::ask_to_promote, post integrations::credentials::promote;
        "/integrations/{slug}/credentials/{id}/removal" => page integrations::credentials::ask_to_remove, post integrations::credentials::remove;
    };
}
