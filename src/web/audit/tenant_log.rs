//! Audit log: what happened in a tenant, newest first.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};

use super::filter::AuditFilter;
use super::lines::lines;
use super::page::{AuditPage, PAGE, Part};
use crate::actions::audit_log;
use crate::db::audit_lists::Filter;
use crate::web::failure::Answer;
use crate::web::log_filter::mark;
use crate::web::shell::trail;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Where it is.
pub const LOG: &str = "/audit";

/// `GET /audit`.
///
/// # Errors
/// `BadRequest` when a page mark was not made by us. Field errors show the page with 422.
pub async fn index(
    request: HttpRequest,
    me: SignedIn,
    state: web::Data<State>,
    typed: web::Query<AuditFilter>,
    part: web::Query<Part>,
) -> Answer<HttpResponse> {
    let (filter, mut errors) = typed.into_inner().clean();
    let checked = filter.check(&mut errors);
    let before = mark(&part.before)?;
    let by = me.actor();
    let (lines, next, is_cut) = if errors.is_empty() {
        let wanted = Filter { before, ..checked };
        state
            .search(by.tenant, move |conn| {
                let found = audit_log::page(conn, &by, &wanted, PAGE)?;
                let lines = lines(found.rows, LOG, &BTreeMap::new());
                Ok((lines, found.next, found.is_cut))
            })
            .await?
    } else {
        Default::default()
    };
    let home = ("Administration", "/tenant-api-keys");
    let answer = AuditPage {
        crumbs: trail(home, ("Audit log", LOG), None),
        path: LOG,
        next: next.map(|next| next.to_string()),
        is_cut,
        is_first: before.is_none(),
        lines,
        shell: me.shell,
        filter,
        errors,
    };
    answer.respond(&request).await
}
