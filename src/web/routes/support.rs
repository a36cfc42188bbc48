//! The pages of the support view.

use actix_web::web::ServiceConfig;

use crate::web::audit;
use crate::web::route_lines::routes;
use crate::web::support::{
    access_refusals, deletions, explanations as support_explanations, feature_access, first_links,
    leaked_keys, limit_refusals, limit_requests as limit_queue, limits, looks, nodes, plans,
    rollouts, suspensions, tenant_form, tenant_page, tenants,
};

pub fn support(scope: &mut ServiceConfig) {
    routes! { scope,
        "/support/tenants" => page tenants::index, post tenant_form::create;
        "/support/tenants/new" => page tenant_form::new;
        // A look writes an audit row, so HEAD does not ask for one.
        "/support/tenants/{id}" => get tenant_page::show;
        "/support/tenants/{id}/first-link" => page first_links::new, post first_links::create;
        "/support/tenants/{id}/name" => page tenant_form::edit, post tenant_form::update;
        "/support/tenants/{id}/limit" => page limits::new, post limits::create;
        "/support/tenants/{id}/limit-refusal" => page limit_refusals::new, post limit_refusals::create;
        "/support/explain" => page support_explanations::new, post support_explanations::create;
        "/support/requests" => page limit_queue::index;
        "/support/tenants/{id}/limit-request" => page limit_queue::show, post limit_queue::create;
        "/support/tenants/{id}/look" => page looks::new, post looks::create;
        "/support/tenants/{id}/look/entry" => post looks::enter;
        "/support/tenants/{id}/look/removal" => post looks::leave;
        "/support/tenants/{id}/plan" => page plans::new, post plans::create;
        "/support/tenants/{id}/access" => page feature_access::new, post feature_access::create;
        "/support/tenants/{id}/access-refusal" => page access_refusals::new, post access_refusals::create;
        "/support/leaked-keys" => page leaked_keys::new, post leaked_keys::create;
        "/support/leaked-keys/containment" => post leaked_keys::contain;
        "/support/tenants/{id}/deletion" => page deletions::new, post deletions::create;
        "/support/tenants/{id}/deletion/removal" => post deletions::destroy;
        "/support/tenants/{id}/suspension" => page suspensions::new, post suspensions::create;
        "/support/tenants/{id}/suspension/removal" => post suspensions::destroy;
        "/support/audit" => page audit::staff_log::index;
        "/support/audit.csv" => get audit::exports::staff_csv;
        "/support/audit.ndjson" => get audit::exports::staff_ndjson;
        "/support/nodes" => page nodes::index;
        "/support/rollouts" => page rollouts::show, post rollouts::update;
    };
}
