//! Audit log of staff: what they did, to which tenant; for super users what happened to the installation too.

use actix_web::{HttpRequest, HttpResponse, web};

use super::filter::AuditFilter;
use super::lines::lines;
use super::page::{AuditPage, PAGE, Part};
use crate::actions::staff_audit_log;
use crate::domain::right::Right;
use crate::web::failure::Answer;
use crate::web::log_filter::mark;
use crate::web::searches::Seeker;
use crate::web::shell::trail;
use crate::web::staff::Staff;
use crate::web::state::State;

/// Where it is.
pub const LOG: &str = "/support/audit";

/// `GET /support/audit`.
///
/// # Errors
/// `NotFound` for anybody but staff; `BadRequest` when a page mark was not made by us. Field errors show the page with 422.
pub async fn index(
    request: HttpRequest,
    me: Staff,
    state: web::Data<State>,
    typed: web::Query<AuditFilter>,
    part: web::Query<Part>,
) -> Answer<HttpResponse> {
    let by = me.supporter(Right::ReadStaffLog)?;
    let (filter, mut errors) = typed.into_inner().clean();
    let wanted = filter.check(&mut errors);
    let before = mark(&part.before)?;
    let reach = me.reach();
    let (lines, next, is_cut) = if errors.is_empty() {
        state
            .search(Seeker::Staff(by.id), move |conn| {
                let found = staff_audit_log::page(conn, reach, &wanted, before, PAGE)?;
                let lines = lines(found.rows, LOG, &found.tenants);
                Ok((lines, found.next, found.is_cut))
            })
            .await?
    } else {
        Default::default()
    };
    let answer = AuditPage {
        crumbs: trail(("Support", "/support/tenants"), ("Audit log", LOG), None),
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
