//! The link by which the first admin of a tenant joins it, and another one for who lost it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::tenants::crumbs;
use crate::actions::tenants;
use crate::db::invitations::Invitation;
use crate::db::tenants::Tenant;
use crate::domain::id::TenantId;
use crate::domain::invitation::Link;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::page;
use crate::web::shell::{Crumb, Moment, Shell};
use crate::web::staff::Staff;
use crate::web::state::State;

#[derive(Template)]
#[template(path = "support/made.html")]
struct LinkPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    is_new: bool,
    name: String,
    email: String,
    expires: Moment,
    link: String,
    /// The link is sent there as well.
    has_mail: bool,
}

#[derive(Template)]
#[template(path = "support/first_link.html")]
struct FirstLinkPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: TenantId,
    name: String,
    email: String,
    expires: Moment,
    is_over: bool,
}

/// The answer with the link, which is nowhere else.
///
/// # Errors
/// `Internal` when there is no pepper.
pub(super) async fn hand_over(
    state: &State,
    me: Staff,
    (tenant, first): (Tenant, Invitation),
    is_new: bool,
) -> Answer<HttpResponse> {
    let peppers = state.index().peppers();
    let link = Link::new(first.id, first.expires_at, peppers.newest()?);
    let view = LinkPage {
        shell: me.shell,
        crumbs: crumbs(Some(&tenant.name)),
        is_new,
        name: tenant.name,
        email: first.email,
        expires: Moment::day(first.expires_at),
        link: format!("{}{}", state.site.base_url, link.path()),
        has_mail: state.sends_mail(),
    };
    page(StatusCode::CREATED, view).await
}

/// `GET /support/tenants/{id}/first-link`.
///
/// # Errors
/// `NotFound`, also for anybody but a super user, and once somebody has joined.
pub async fn new(
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    me.overseer()?;
    let id: TenantId = id.parse()?;
    let (tenant, first) = state
        .snapshot(move |conn| tenants::first_invitation(conn, id))
        .await?;
    let view = FirstLinkPage {
        is_over: first.expires_at <= me.now(),
        shell: me.shell,
        crumbs: crumbs(Some(&tenant.name)),
        id,
        name: tenant.name,
        email: first.email,
        expires: Moment::day(first.expires_at),
    };
    page(StatusCode::OK, view).await
}

/// `POST /support/tenants/{id}/first-link`: the answer has the new link, which is nowhere else; the old one opens nothing.
///
/// # Errors
/// As [`new`].
pub async fn create(
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (by, id): (_, TenantId) = (me.overseer()?, id.parse()?);
    let made = state
        .change(by, move |conn, by| tenants::renew_first_link(conn, by, id))
        .await?;
    hand_over(&state, me, made, false).await
}
