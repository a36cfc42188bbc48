//! What admins decide for their whole organization.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::rollouts;
use crate::actions::settings::{self, Settings};
use crate::db;
use crate::domain::right::Right;
use crate::domain::rollout::{Access, Feature};
use crate::domain::{Conflict, Error};
use crate::web::admin::confirmation::Confirmation;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::numbers::counted;
use crate::web::respond::{page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell, trail};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

const SETTINGS: &str = "/settings";

/// The settings as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsForm {
    recoverable_keys: String,
    audit_credential_reads: String,
    support_sees_addresses: String,
    /// How many copies somebody has read are destroyed.
    confirmed: usize,
}

#[derive(Template)]
#[template(path = "settings/show.html")]
struct SettingsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    recoverable_keys: bool,
    copies: i64,
    /// `None` for a tenant without integrations.
    audit_credential_reads: Option<bool>,
    support_sees_addresses: bool,
}

/// `GET /settings`.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn show(state: web::Data<State>, me: SignedIn) -> Answer<HttpResponse> {
    let by = me.actor();
    me.must_see(Right::SeeSettings)?;
    let (tenant, copies, access, support_sees_addresses) = state
        .read(move |conn| {
            let tenant = db::tenants::find(conn, by.tenant)?;
            let copies = db::sealed_secrets::count(conn, by.tenant)?;
            let access = rollouts::access(conn, by.tenant, Feature::Integrations)?;
            let shown = db::tenants::support_sees_addresses(conn, by.tenant)?;
            Ok((tenant, copies, access, shown))
        })
        .await?;
    let has_integrations = access == Access::Available;
    page(
        StatusCode::OK,
        SettingsPage {
            shell: me.shell,
            crumbs: crumbs(None),
            recoverable_keys: tenant.recoverable_keys,
            copies,
            audit_credential_reads: has_integrations.then_some(tenant.audit_credential_reads),
            support_sees_addresses,
        },
    )
    .await
}

/// The question before copies are destroyed.
async fn ask(
    request: &HttpRequest,
    state: &State,
    me: SignedIn,
    form: SettingsForm,
) -> Answer<HttpResponse> {
    let tenant = me.member.tenant;
    let copies = state
        .read(move |conn| db::sealed_secrets::count(conn, tenant))
        .await?;
    let destroyed = counted(
        copies,
        "sealed copy of a secret is",
        "sealed copies of secrets are",
    );
    let ask = Confirmation {
        title: "Forbid recoverable keys",
        text: format!(
            "{destroyed} destroyed for good, and nobody can see those secrets again. The keys go on working."
        ),
        csrf: me.csrf.clone(),
        action: SETTINGS.into(),
        cancel: SETTINGS.into(),
        verb: "Destroy them",
        icon: "trash-2",
        hidden: vec![
            ("confirmed", copies.to_string()),
            ("audit_credential_reads", form.audit_credential_reads),
            ("support_sees_addresses", form.support_sees_addresses),
        ],
        ..Confirmation::default()
    };
    ask.respond(request, me.shell, crumbs(Some("Recoverable keys")))
        .await
}

fn crumbs(last: Option<&str>) -> Vec<Crumb> {
    let part = ("Administration", "/tenant-api-keys");
    trail(part, ("Settings", SETTINGS), last)
}

/// `POST /settings`: when this answers, copies that are no longer allowed are gone. Before the first of them goes, it
/// asks, and changes nothing.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    Form(form): Form<SettingsForm>,
) -> Answer<HttpResponse> {
    let (by, confirmed) = (me.actor(), form.confirmed);
    let wanted = Settings {
        recoverable_keys: !form.recoverable_keys.is_empty(),
        audit_credential_reads: !form.audit_credential_reads.is_empty(),
        support_sees_addresses: !form.support_sees_addresses.is_empty(),
    };
    let saved = state
        .change(by, move |conn, by| {
            settings::save(conn, by, wanted, confirmed)
        })
        .await;
    let destroyed = match saved {
        Err(Error::Conflict(Conflict::CopiesKept)) => {
            return ask(&request, &state, me, form).await;
        }
        saved => saved?,
    };
    let text = match destroyed {
        0 => "Settings are saved.".to_owned(),
        1 => "Settings are saved, and 1 copy of a secret is destroyed.".to_owned(),
        many => format!("Settings are saved, and {many} copies of secrets are destroyed."),
    };
    set_flash(&session, &text);
    Ok(see_other(&request, SETTINGS))
}
