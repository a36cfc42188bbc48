//! What a tenant without integrations finds in their place: what they are, why it has none, and how to ask for them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::card::LockedCard;
use crate::web::failure::Answer;
use crate::web::respond::page;
use crate::web::shell::{Crumb, Shell, trail};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Where integrations are.
pub const HERE: &str = "/integrations";

#[derive(Template)]
#[template(path = "access_requests/show.html")]
struct LockedPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    card: LockedCard,
}

/// The breadcrumb of a page under Integrations.
pub fn crumbs(last: Option<&str>) -> Vec<Crumb> {
    trail(
        ("Administration", "/tenant-api-keys"),
        ("Integrations", HERE),
        last,
    )
}

/// The page, for somebody whose tenant does not have integrations; nothing for the others.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn instead(state: &State, me: &SignedIn) -> Answer<Option<HttpResponse>> {
    let by = me.actor();
    let found = state
        .snapshot(move |conn| LockedCard::find(conn, &by))
        .await?;
    let Some(card) = found else {
        return Ok(None);
    };
    let view = LockedPage {
        shell: me.shell.clone(),
        crumbs: crumbs(None),
        card,
    };
    page(StatusCode::OK, view).await.map(Some)
}
