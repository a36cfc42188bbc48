//! The page of an integration at one level: what applies, why, and every credential that is kept.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::at::{At, There};
use super::row::{facts, tone, warning_of};
use crate::actions::inheritors;
use crate::db::credentials::Credential;
use crate::domain::catalogue::entry::{Entry, Kind};
use crate::domain::environment::Environment;
use crate::domain::integration::{Level, Standing};
use crate::domain::right::Right;
use crate::domain::time::{Timestamp, day};
use crate::web::admin::access_requests::page as locked;
use crate::web::failure::Answer;
use crate::web::numbers::counted;
use crate::web::respond::page;
use crate::web::shell::{Crumb, Moment, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::viewer_zone;

/// What applies in an environment of a project.
struct Applies {
    /// "Live" or "Test"; empty where the integration makes no difference.
    environment: &'static str,
    tone: &'static str,
    label: &'static str,
    facts: String,
}

/// One line of the credentials.
struct CredentialRow {
    id: String,
    name: String,
    environment: &'static str,
    tone: &'static str,
    status: String,
    hint: String,
    saved: Moment,
    saved_by: String,
    expires: Option<String>,
    warning: Option<String>,
    may_promote: bool,
    may_go_back: bool,
}

#[derive(Template)]
#[template(path = "integrations/show.html")]
struct IntegrationPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    path: String,
    entry: Facts,
    project: Option<String>,
    is_shared: bool,
    enabled: bool,
    blocked: bool,
    overrides: bool,
    /// How many projects get the organisation's credential.
    inheritors: String,
    applies: Vec<Applies>,
    rows: Vec<CredentialRow>,
    may_change: bool,
}

/// What the catalogue says.
struct Facts {
    name: String,
    line: String,
    letters: String,
    hue: u16,
    found_at: String,
    docs: String,
}

impl From<&Entry> for Facts {
    fn from(entry: &Entry) -> Self {
        Self {
            name: entry.name.clone(),
            line: entry.line.clone(),
            letters: entry.letters.clone(),
            hue: entry.hue / 30,
            found_at: entry.found_at.clone(),
            docs: entry.docs.clone(),
        }
    }
}

/// `GET /integrations/{slug}` and `GET /projects/{project}/integrations/{slug}`.
///
/// # Errors
/// `Forbidden` without the right; `NotFound`, also for another tenant's project.
pub async fn show(state: web::Data<State>, me: SignedIn, at: At) -> Answer<HttpResponse> {
    me.actor().must_hold(Right::SeeIntegrations)?;
    if let Some(locked) = locked::instead(&state, &me).await? {
        return Ok(locked);
    }
    let there = at.load(&state, &me).await?;
    let by = me.actor();
    let archived = |there: &There<'_>| {
        let project = there.project.as_ref();
        project.is_some_and(|project| project.archived_at.is_some())
    };
    let may_change = by.must_hold(Right::ChangeIntegrations).is_ok() && !archived(&there);
    let inheritors = if at.level == Level::Organization && there.entry.kind == Kind::ApiKey {
        let (slug, now) = (there.entry.slug.clone(), me.now());
        let all = state
            .snapshot(move |conn| inheritors::list(conn, by.tenant, &slug, Environment::Live, now))
            .await?;
        counted(
            i64::try_from(all.len()).unwrap_or_default(),
            "project",
            "projects",
        )
    } else {
        String::new()
    };
    let now = me.now();
    let kept = there.kept();
    page(
        StatusCode::OK,
        IntegrationPage {
            crumbs: there.crumbs(None),
            path: at.page(),
            entry: there.entry.into(),
            project: there.project.as_ref().map(|project| project.name.clone()),
            is_shared: there.entry.kind == Kind::ApiKey,
            enabled: kept.enabled,
            blocked: kept.blocked,
            overrides: !there.of.own.credentials.is_empty(),
            inheritors,
            applies: applies(&there),
            rows: kept
                .credentials
                .iter()
                .map(|one| row(one, there.entry, now))
                .collect(),
            may_change,
            shell: me.shell,
        },
    )
    .await
}

fn applies(there: &There<'_>) -> Vec<Applies> {
    if there.project.is_none() || there.entry.kind == Kind::OAuth {
        return Vec::new();
    }
    let applies = there.entry.each_environment().iter().map(|environment| {
        let effective = there.of.effective(*environment);
        Applies {
            environment: word(there.entry, *environment),
            tone: tone(&effective),
            label: effective.label(),
            facts: effective.credential().map(facts).unwrap_or_default(),
        }
    });
    applies.collect()
}

/// The word for an environment; empty where the integration makes no difference.
fn word(entry: &Entry, environment: Environment) -> &'static str {
    match (entry.environments, environment) {
        (false, _) => "",
        (true, Environment::Live) => "Live",
        (true, Environment::Test) => "Test",
    }
}

fn row(credential: &Credential, entry: &Entry, now: Timestamp) -> CredentialRow {
    let standing = credential.standing();
    let (tone, status) = match standing {
        Standing::Current => ("active", "Current".to_owned()),
        Standing::Standby => ("expired", "Standing by".to_owned()),
        Standing::Replaced(until) => (
            "expired",
            format!(
                "Replaced; kept until {}",
                viewer_zone::current().format(until, "%-d %b, %H:%M %Z")
            ),
        ),
    };
    CredentialRow {
        id: credential.id.to_string(),
        name: credential.name.clone(),
        environment: word(entry, credential.environment),
        tone,
        status,
        hint: match credential.last4.as_str() {
            "" => "Hidden".into(),
            last4 => format!("…{last4}"),
        },
        saved: Moment::past(credential.created_at, now),
        saved_by: credential.created_by.clone(),
        expires: credential.expires_at.map(day),
        warning: warning_of(credential, now),
        may_promote: standing == Standing::Standby,
        may_go_back: matches!(standing, Standing::Replaced(until) if until > now),
    }
}
