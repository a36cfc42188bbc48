//! Ctrl K: to any page, deed, key or tenant, by the beginning of its name. What is typed goes in bodies alone, since it
//! may be a part of a key.

mod places;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use self::places::Place;
use super::failure::Answer;
use super::form::Form;
use super::respond::{is_htmx, page};
use super::shell::{Crumb, Shell};
use super::signed_in::SignedIn;
use super::staff::Anybody;
use super::state::State;
use crate::actions::key_lookups::{self, Lookup};
use crate::db::keys::Key;
use crate::db::tenant_overviews::{self, Asked};
use crate::domain::Result;
use crate::domain::key_text;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::key_search::filter::KeyFilter;
use crate::key_search::lists::ListRequest;

/// Keys and tenants that are offered at once.
const MOST: i64 = 6;
/// Longest text that is looked for, in characters.
const LONGEST: usize = 100;

/// What was typed.
#[derive(Debug, Default, Deserialize)]
pub struct JumpForm {
    #[serde(default)]
    q: String,
}

/// Somewhere to go.
struct Target {
    label: String,
    about: String,
    href: String,
    icon: &'static str,
}

impl From<&'static Place> for Target {
    fn from(place: &'static Place) -> Self {
        Self {
            label: place.label.into(),
            about: place.about.into(),
            href: place.href.into(),
            icon: place.icon,
        }
    }
}

impl From<Key> for Target {
    fn from(key: Key) -> Self {
        Self {
            about: key_text::hint(&key.key_prefix, &key.last4),
            href: format!("/tenant-api-keys/{}", key.id),
            label: key.name,
            icon: "key-round",
        }
    }
}

#[derive(Template)]
#[template(path = "jump/show.html")]
struct JumpPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    typed: String,
    targets: Vec<Target>,
}

#[derive(Template)]
#[template(path = "jump/_dialog.html")]
struct JumpDialog {
    shell: Shell,
    typed: String,
    targets: Vec<Target>,
}

#[derive(Template)]
#[template(path = "jump/_targets.html")]
struct Targets {
    targets: Vec<Target>,
}

/// `GET /jump`: a dialog for htmx, else a page.
///
/// # Errors
/// `Unauthenticated` when nobody is signed in.
pub async fn new(
    request: HttpRequest,
    who: Anybody,
    state: web::Data<State>,
) -> Answer<HttpResponse> {
    let (shell, targets) = look(who, &state, String::new()).await?;
    if is_htmx(&request) {
        let typed = String::new();
        return page(
            StatusCode::OK,
            JumpDialog {
                shell,
                typed,
                targets,
            },
        )
        .await;
    }
    show(shell, String::new(), targets).await
}

/// `POST /jump`: what fits, for htmx alone or on a page.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn create(
    request: HttpRequest,
    who: Anybody,
    state: web::Data<State>,
    Form(form): Form<JumpForm>,
) -> Answer<HttpResponse> {
    let typed: String = form.q.trim().chars().take(LONGEST).collect();
    let (shell, targets) = look(who, &state, typed.clone()).await?;
    if is_htmx(&request) {
        return page(StatusCode::OK, Targets { targets }).await;
    }
    // A whole key is not written back.
    let shown = if key_text::appears_in(&typed) {
        String::new()
    } else {
        typed
    };
    show(shell, shown, targets).await
}

async fn show(shell: Shell, typed: String, targets: Vec<Target>) -> Answer<HttpResponse> {
    let crumbs = vec![Crumb {
        label: "Jump to".into(),
        href: None,
    }];
    let view = JumpPage {
        shell,
        crumbs,
        typed,
        targets,
    };
    page(StatusCode::OK, view).await
}

async fn look(who: Anybody, state: &State, typed: String) -> Result<(Shell, Vec<Target>)> {
    let (shell, keys, now) = match who {
        Anybody::Support(staff) => {
            let now = staff.now();
            (staff.shell, Vec::new(), now)
        }
        Anybody::Member(me) => {
            let keys = keys_of(&me, state, &typed).await?;
            let now = me.now();
            (me.shell, keys, now)
        }
    };
    let mut targets: Vec<Target> = places::find(&typed, |right| shell.may(right))
        .into_iter()
        .map(Target::from)
        .collect();
    targets.extend(keys);
    if shell.may(Right::SeeTenants) && !typed.is_empty() {
        targets.extend(tenants(state, typed, now).await?);
    }
    Ok((shell, targets))
}

async fn keys_of(me: &SignedIn, state: &State, typed: &str) -> Result<Vec<Target>> {
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    if key_text::appears_in(typed) {
        let (tenant, peppers, text) = (me.member.tenant, state.index().peppers(), typed.to_owned());
        let found = state.read(move |conn| key_lookups::find(conn, tenant, &peppers, &text));
        return Ok(match found.await? {
            Lookup::Found(key) => vec![Target::from(*key)],
            Lookup::Unknown | Lookup::NoKey => Vec::new(),
        });
    }
    let wanted = ListRequest {
        filter: KeyFilter::parse(typed, "", "")?,
        limit: usize::try_from(MOST).unwrap_or_default(),
        ..ListRequest::default()
    };
    let keys = state
        .key_list(me.member.tenant, wanted, me.now(), |_, _, keys| Ok(keys))
        .await?;
    Ok(keys.into_iter().map(Target::from).collect())
}

async fn tenants(state: &State, typed: String, now: Timestamp) -> Result<Vec<Target>> {
    let asked = Asked {
        search: typed,
        ..Asked::default()
    };
    let found = state
        .read(move |conn| tenant_overviews::list(conn, &asked, MOST, now))
        .await?;
    let target = |one: tenant_overviews::Overview| Target {
        label: one.tenant.name,
        about: format!("Tenant, {} of {} keys", one.used, one.tenant.key_limit),
        href: format!("/support/tenants/{}/limit", one.tenant.id),
        icon: "building-2",
    };
    Ok(found.into_iter().map(target).collect())
}
