//! The form of a credential: its fields as the catalogue names them, in a dialog or on a page of its own.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::at::{At, There};
use crate::actions::credentials;
use crate::actions::inheritors::{self, Inheritor};
use crate::domain::environment::Environment;
use crate::domain::integration::{Draft, FIELDS, Input, Level};
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::admin::access_requests::page as locked;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::numbers::counted;
use crate::web::respond::{is_htmx, page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::step_up;

/// What was typed, by the names of the form's fields. A secret is never shown again.
pub(super) type Typed = BTreeMap<String, String>;

/// A field of the credential.
struct FieldView {
    id: String,
    label: String,
    looks_like: String,
    secret: bool,
    value: String,
    error: Option<String>,
}

/// The form, and what people should know before they send it.
struct CredentialForm {
    csrf: String,
    /// Where it goes, and where Cancel leads.
    path: String,
    name: String,
    found_at: String,
    docs: String,
    project: Option<String>,
    crumbs: Vec<Crumb>,
    fields: Vec<FieldView>,
    has_environments: bool,
    /// A credential applies already.
    replaces: bool,
    is_organization: bool,
    inheritors: Vec<Inheritor>,
    typed: Typed,
    errors: FieldErrors,
    banner: Option<String>,
    /// The provider can be asked whether it works.
    can_test: bool,
    /// What the provider said, and how that is shown.
    told: Option<(&'static str, String)>,
}

impl CredentialForm {
    /// "3 projects get".
    fn projects_get(&self) -> String {
        let count = i64::try_from(self.inheritors.len()).unwrap_or_default();
        counted(count, "project gets", "projects get")
    }

    /// What was typed into a field.
    fn typed(&self, name: &str) -> &str {
        self.typed.get(name).map(String::as_str).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "integrations/new.html")]
struct FormPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    form: CredentialForm,
}

#[derive(Template)]
#[template(path = "integrations/_new.html")]
struct FormDialog {
    form: CredentialForm,
}

/// `GET …/{slug}/credentials/new`.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`; `Invalid` where nothing can be shared.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    at: At,
) -> Answer<HttpResponse> {
    me.actor().must_hold(Right::ChangeIntegrations)?;
    if let Some(locked) = locked::instead(&state, &me).await? {
        return Ok(locked);
    }
    let errors = step_up::said_early(&request, me.now());
    let form = load(&state, &me, &at, Typed::new(), errors).await?;
    respond(&request, me, form, StatusCode::OK).await
}

/// `POST …/{slug}/credentials`: when this answers, the credential applies.
///
/// # Errors
/// As [`new`]. Field errors show the form again with 422, and without the secret.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    at: At,
    Form(typed): Form<Typed>,
) -> Answer<HttpResponse> {
    let by = me.actor();
    by.must_hold(Right::ChangeIntegrations)?;
    let target = at.target(&state)?;
    let proven = step_up::look(&request, &state, &me.holder()).await;
    let checked = proven.and_then(|proven| Ok((proven, draft(&at, &state, &typed, by.now)?)));
    let current = typed.get("standby").is_none_or(String::is_empty);
    let inside = state.clone();
    let saved = match checked {
        Ok((proven, draft)) => {
            proven
                .change(&state, by, move |conn, by| {
                    credentials::save(conn, by, &inside.master_keys, &target, &draft, current)
                })
                .await
        }
        Err(wrong) => Err(wrong),
    };
    let (errors, banner) = match saved {
        Ok(credential) => {
            let entry = at.entry(&state)?;
            let name = &credential.name;
            let text = if current {
                format!(
                    "{}: \"{name}\" is saved, and applies from now on.",
                    entry.name
                )
            } else {
                format!("{}: \"{name}\" is saved, and stands by.", entry.name)
            };
            set_flash(&session, &text);
            return Ok(see_other(&request, &at.page()));
        }
        Err(Error::Invalid(errors)) => (errors, None),
        Err(Error::Conflict(conflict)) => (FieldErrors::default(), Some(conflict.to_string())),
        Err(other) => return Err(other.into()),
    };
    let mut form = load(&state, &me, &at, typed, errors).await?;
    let status = match banner {
        None => StatusCode::UNPROCESSABLE_ENTITY,
        Some(_) => StatusCode::CONFLICT,
    };
    form.banner = banner;
    respond(&request, me, form, status).await
}

/// What was typed, checked. Every error stands at its field.
pub(super) fn draft(at: &At, state: &State, typed: &Typed, now: Timestamp) -> Result<Draft> {
    let text = |name: &str| typed.get(name).map(String::as_str).unwrap_or_default();
    let known = ["name", "environment", "expires_at", "standby"];
    if !typed
        .keys()
        .all(|name| name.starts_with(FIELDS) || known.contains(&name.as_str()))
    {
        let text = "This form has no such field. Reload the page and try again.";
        return Err(Error::invalid("form", text));
    }
    let input = Input {
        name: text("name"),
        environment: text("environment"),
        expires_at: expiry(text("expires_at")),
        fields: typed
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(FIELDS)?, value.as_str())))
            .collect(),
    };
    input.check(at.entry(state)?, now)
}

/// The end of a day in UTC.
fn expiry(text: &str) -> std::result::Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d");
    let end = day.ok().and_then(|day| day.and_hms_opt(23, 59, 59));
    end.map(|end| Some(end.and_utc()))
        .ok_or_else(|| "Choose a day, such as 2027-03-31.".into())
}

async fn load(
    state: &State,
    me: &SignedIn,
    at: &At,
    typed: Typed,
    errors: FieldErrors,
) -> Result<CredentialForm> {
    let by = me.actor();
    by.must_hold(Right::ChangeIntegrations)?;
    at.target(state)?;
    let there = at.load(state, me).await?;
    let inheritors = match at.level {
        Level::Organization => {
            let slug = there.entry.slug.clone();
            state
                .snapshot(move |conn| {
                    inheritors::list(conn, by.tenant, &slug, Environment::Live, by.now)
                })
                .await?
        }
        Level::Project(_) => Vec::new(),
    };
    let can_test = state.site.outbound.allowed && there.entry.test.is_some();
    let form = form(&there, me, inheritors, typed, errors);
    Ok(CredentialForm { can_test, ..form })
}

/// The form once more, without its secret, with what the provider said.
pub(super) async fn show_again(
    request: &HttpRequest,
    state: &State,
    me: SignedIn,
    at: &At,
    typed: Typed,
    told: (&'static str, String),
) -> Answer<HttpResponse> {
    let mut form = load(state, &me, at, typed, FieldErrors::default()).await?;
    form.told = Some(told);
    respond(request, me, form, StatusCode::OK).await
}

fn form(
    there: &There<'_>,
    me: &SignedIn,
    inheritors: Vec<Inheritor>,
    typed: Typed,
    errors: FieldErrors,
) -> CredentialForm {
    let entry = there.entry;
    let fields = entry.fields.iter().map(|field| {
        let id = format!("{FIELDS}{}", field.name);
        FieldView {
            label: field.label.clone(),
            looks_like: field.looks_like.clone(),
            secret: field.secret,
            value: if field.secret {
                String::new()
            } else {
                typed.get(&id).cloned().unwrap_or_default()
            },
            error: errors.get(&id).map(str::to_owned),
            id,
        }
    });
    CredentialForm {
        csrf: me.csrf.clone(),
        path: there.at.page(),
        name: entry.name.clone(),
        found_at: entry.found_at.clone(),
        docs: entry.docs.clone(),
        project: there.project.as_ref().map(|project| project.name.clone()),
        crumbs: there.crumbs(Some("Credential")),
        fields: fields.collect(),
        has_environments: entry.environments,
        replaces: there.kept().current(Environment::Live).is_some(),
        is_organization: there.at.level == Level::Organization,
        inheritors,
        typed: typed
            .into_iter()
            .filter(|(name, _)| !name.starts_with(FIELDS))
            .collect(),
        errors,
        banner: None,
        can_test: false,
        told: None,
    }
}

async fn respond(
    request: &HttpRequest,
    me: SignedIn,
    form: CredentialForm,
    status: StatusCode,
) -> Answer<HttpResponse> {
    if is_htmx(request) {
        return page(status, FormDialog { form }).await;
    }
    page(
        status,
        FormPage {
            crumbs: form.crumbs.clone(),
            shell: me.shell,
            form,
        },
    )
    .await
}
