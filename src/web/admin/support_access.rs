//! An admin lets support look at the tenant for half an hour, declines, or ends it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::support_grants::{self, MINUTES};
use crate::db;
use crate::db::support_grants::Grant;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::{page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Moment, Shell, hour, trail};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// The page.
const HERE: &str = "/support-access";

/// A question, or a grant that holds.
struct Line {
    id: String,
    staff: String,
    reason: String,
    asked: Moment,
    until: Option<String>,
}

impl Line {
    fn new(grant: Grant, now: Timestamp) -> Self {
        Self {
            id: grant.id.to_string(),
            asked: Moment::past(grant.asked_at, now),
            until: grant.until(now).map(hour),
            staff: grant.staff,
            reason: grant.reason,
        }
    }
}

#[derive(Template)]
#[template(path = "support_access/index.html")]
struct AccessPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    lines: Vec<Line>,
}

/// `GET /support-access`.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn index(state: web::Data<State>, me: SignedIn) -> Answer<HttpResponse> {
    let (by, now) = (me.actor(), me.now());
    by.must_hold(Right::AdmitSupport)?;
    let live = state
        .read(move |conn| db::support_grants::list_live(conn, by.tenant, now))
        .await?;
    page(
        StatusCode::OK,
        AccessPage {
            shell: me.shell,
            crumbs: trail(
                ("Administration", "/tenant-api-keys"),
                ("Support access", HERE),
                None,
            ),
            lines: live.into_iter().map(|one| Line::new(one, now)).collect(),
        },
    )
    .await
}

/// `POST /support-access/{id}/grant`.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`; a conflict when it is no longer asked.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (by, id) = (me.actor(), id.parse()?);
    let granted = state
        .change(by, move |conn, by| support_grants::grant(conn, by, id))
        .await?;
    let text = format!("{} may look for {MINUTES} minutes.", granted.staff);
    set_flash(&session, &text);
    Ok(see_other(&request, HERE))
}

/// `POST /support-access/{id}/refusal`.
///
/// # Errors
/// As [`create`].
pub async fn decline(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (by, id) = (me.actor(), id.parse()?);
    state
        .change(by, move |conn, by| support_grants::decline(conn, by, id))
        .await?;
    set_flash(&session, "Declined. Support sees nothing.");
    Ok(see_other(&request, HERE))
}

/// `POST /support-access/{id}/removal`: when this answers, the next request of support finds nothing.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`.
pub async fn destroy(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (by, id) = (me.actor(), id.parse()?);
    state
        .change(by, move |conn, by| support_grants::end(conn, by, id))
        .await?;
    set_flash(&session, "Ended. Support sees nothing any more.");
    Ok(see_other(&request, HERE))
}
