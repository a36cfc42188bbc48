//! The scope that each operation asks a key for, known before the operation begins: a request that is refused for it is on
//! record so, like one that a gateway refused.

use actix_web::http::Method;

use crate::domain::right::Right;
use crate::web::questions::is_of_credential;

/// The scope for this request; `None` where every key may ask. The operation itself refuses a key without it.
pub fn needed(method: &Method, path: &str) -> Option<&'static str> {
    let below = path.strip_prefix("/api/v1/")?;
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let of = |see, change| if reads { see } else { change };
    let right = if is_of_credential(path) || is_report(below) {
        Right::ResolveCredentials
    } else if is_below(below, "auth/api-keys") {
        of(Right::SeeKeys, Right::ChangeKeys)
    } else if is_below(below, "auth/authorization-groups") {
        of(Right::SeeGroups, Right::ChangeGroups)
    } else if is_below(below, "integrations") || below.split('/').nth(2) == Some("integrations") {
        of(Right::SeeIntegrations, Right::ChangeIntegrations)
    } else if is_below(below, "projects") {
        of(Right::SeeProjects, Right::ChangeProjects)
    } else if below == "audit" {
        Right::ReadAuditLog
    } else {
        return None;
    };
    right.scope()
}

fn is_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_report(path: &str) -> bool {
    path.starts_with("projects/") && path.ends_with("/report")
}
