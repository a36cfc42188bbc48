//! What admins decide for their whole organization.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::settings;
use crate::db;
use crate::web::errors::Answer;
use crate::web::extract::SignedIn;
use crate::web::form::Form;
use crate::web::respond::{page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell};
use crate::web::state::State;

/// The section Keys as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeySettings {
    recoverable_keys: String,
}

#[derive(Template)]
#[template(path = "settings/show.html")]
struct SettingsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    recoverable_keys: bool,
    copies: i64,
}

/// `GET /settings`.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn show(state: web::Data<State>, me: SignedIn) -> Answer<HttpResponse> {
    let by = me.actor();
    by.must_hold("tenant:write")?;
    let (recoverable_keys, copies) = state
        .read(move |conn| {
            let allowed = db::tenants::find(conn, by.tenant)?.recoverable_keys;
            Ok((allowed, db::sealed_secrets::count(conn, by.tenant)?))
        })
        .await?;
    let step = |label: &str, href: Option<&str>| Crumb {
        label: label.into(),
        href: href.map(str::to_owned),
    };
    page(
        StatusCode::OK,
        &SettingsPage {
            shell: me.shell,
            crumbs: vec![
                step("Administration", Some("/tenant-api-keys")),
                step("Settings", None),
            ],
            recoverable_keys,
            copies,
        },
    )
}

/// `POST /settings`: when this answers, copies that are no longer allowed are gone.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    Form(form): Form<KeySettings>,
) -> Answer<HttpResponse> {
    let (by, allowed) = (me.actor(), !form.recoverable_keys.is_empty());
    let destroyed = state
        .change(move |conn| settings::allow_recoverable_keys(conn, &by, allowed))
        .await?;
    let text = match destroyed {
        0 => "Settings are saved.".to_owned(),
        1 => "Settings are saved, and 1 copy of a secret is destroyed.".to_owned(),
        many => format!("Settings are saved, and {many} copies of secrets are destroyed."),
    };
    set_flash(&session, &text);
    Ok(see_other(&request, "/settings"))
}
