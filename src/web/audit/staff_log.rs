//! Audit log of staff: what they did, to which tenant; for super users what happened to the installation too.

use actix_web::{HttpRequest, HttpResponse, web};

use super::filter::AuditFilter;
use super::lines::lines;
use super::page::{AuditPage, PAGE, Part};
use crate::actions::staff_audit_log;
use crate::domain::right::Right;
use crate::web::failure::Answer;
use crate::web::log_filter::mark;
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
    me.must(Right::ReadStaffLog)?;
    let (filter, mut errors) = typed.into_inner().clean();
    let wanted = filter.check(&mut errors);
    let before = mark(&part.before)?;
    let reach = me.reach();
    let (rows, tenants, more) = if errors.is_empty() {
        state
            .read(move |conn| staff_audit_log::page(conn, reach, &wanted, before, PAGE))
            .await?
    } else {
        Default::default()
    };
    let last = rows.last().filter(|_| more);
    let answer = AuditPage {
        crumbs: trail(("Support", "/support/tenants"), ("Audit log", LOG), None),
        path: LOG,
        next: last.map(|row| row.event.id.to_string()),
        is_cut: false,
        is_first: before.is_none(),
        lines: lines(rows, LOG, &tenants),
        shell: me.shell,
        filter,
        errors,
    };
    answer.respond(&request)
}
