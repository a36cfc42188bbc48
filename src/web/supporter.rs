//! The person behind a session without a tenant: somebody of the support staff.

use actix_session::SessionExt as _;
use actix_web::{HttpMessage as _, HttpRequest};

use super::respond::is_htmx;
use super::session::{self, Who};
use super::session_facts::SessionFacts;
use super::shell::Shell;
use super::state::State;
use super::{client, factor_duty, masked_token, page_owner, refused_permissions, viewer_zone};
use crate::actions;
use crate::domain::role::Supporter;
use crate::domain::{Error, Result};

/// That person and their frame, checked against the database on this very request.
///
/// # Errors
/// `Unauthenticated` when nobody of the support staff is behind the session.
pub async fn load(request: &HttpRequest) -> Result<(Shell, Supporter)> {
    let session = request.get_session();
    let (user, _, csrf) = Who::read(&session)?;
    let csrf = masked_token::mask(&csrf)?;
    let state = State::of(request)?;
    let own = SessionFacts::of(&session)?.own(&state.site)?;
    let (sent, row) = (!request.method().is_safe(), own.row.clone());
    let found = state
        .read(move |conn| {
            // It was looked at when the head came, and the body takes its time.
            if sent {
                actions::sessions::must_be_there(conn, &row)?;
            }
            actions::sessions::supporter(conn, user)
        })
        .await?;
    let role = found.staff_role().ok_or(Error::Unauthenticated)?;
    viewer_zone::set(found.time_zone);
    factor_duty::check(request, &state.site, found.second_factor_at.is_some(), true)?;
    let mut shell = Shell::of_support(request, &found.name, &csrf, page_owner::of(request));
    // Error pages of this request are drawn inside the shell.
    request.extensions_mut().insert(shell.clone());
    // A fragment shows none, and must not take it from the page that does.
    if !is_htmx(request) {
        shell.flash = session::take_flash(&session);
    }
    let supporter = Supporter {
        id: user,
        name: found.name,
        role,
        session: Some(own),
        now: state.now(),
        address: client::address(request),
        request_id: client::request_id(request),
    };
    refused_permissions::support_asks(request, &supporter);
    Ok((shell, supporter))
}
