//! The form "Generate API key": what was typed, what is wrong with it, and what it will make.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;

use super::act::Act;
use super::allowlist_field::chosen_mode;
use super::field_names::of_form;
use super::group_options::GroupOption;
use super::project_options::ProjectOption;
use crate::db;
use crate::db::members::Member;
use crate::domain::environment::Environment;
use crate::domain::key::{self, Draft, Input};
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result, key_text, random, rate_limit};
use crate::web::admin::quota::Quota;
use crate::web::failure::Answer;
use crate::web::respond::{is_htmx, page, part, placed};
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the fields of the form")]
pub struct KeyForm {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub environment: String,
    #[serde(default)]
    pub group: String,
    #[serde(default)]
    pub project: String,
    #[serde(default)]
    pub owner: String,
    #[serde(default)]
    pub expires_on: String,
    #[serde(default)]
    pub ip_allowlist: String,
    #[serde(default)]
    pub ip_allowlist_mode: String,
    #[serde(default)]
    pub rate_limit: String,
    #[serde(default)]
    pub rate_limit_per: String,
    #[serde(default)]
    pub rate_limit_burst: String,
    #[serde(default)]
    pub recoverable: String,
    #[serde(default)]
    pub idempotency_key: String,
    #[serde(default)]
    pub act: Act,
}

impl KeyForm {
    /// Checks the fields; messages carry the names of the form's fields.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn check(&self, now: Timestamp) -> Result<Draft> {
        let input = Input {
            name: &self.name,
            description: &self.description,
            environment: &self.environment,
            // The numbers in errors are those of the field's lines.
            ip_allowlist: self.ip_allowlist.trim_end().lines().collect(),
            ip_allowlist_mode: chosen_mode(&self.ip_allowlist_mode),
            rate_limit: self.rate_limit(),
            owner: &self.owner,
        };
        if self.idempotency_key.len() > 64 {
            return Err(Error::BadRequest(
                "This form is damaged; reload the page.".into(),
            ));
        }
        let checked = input
            .check(now, key::expiry_of_last_day(&self.expires_on))
            .map_err(of_form);
        if !self.group.is_empty() {
            return checked;
        }
        // Nobody gets rights by not looking.
        let mut errors = match checked {
            Err(Error::Invalid(errors)) => errors,
            _ => FieldErrors::default(),
        };
        errors.add("group", "Choose an authorization group.");
        Err(Error::Invalid(errors))
    }

    fn rate_limit(&self) -> Option<rate_limit::Input> {
        let (requests, per) = (&self.rate_limit, &self.rate_limit_per);
        rate_limit::Input::typed(requests, per, &self.rate_limit_burst)
    }
}

/// A shortcut for the date.
struct Preset {
    label: &'static str,
    date: String,
    pressed: bool,
}

/// What the key will be.
struct Summary {
    prefix: String,
    group: String,
    expires: String,
    addresses: String,
    rate: String,
    after: String,
}

/// The page.
#[derive(Template)]
#[template(path = "keys/new.html", blocks = ["form"])]
pub struct NewKeyPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    quota: Quota,
    form: KeyForm,
    errors: FieldErrors,
    groups: Vec<GroupOption>,
    projects: Vec<ProjectOption>,
    owners: Vec<Member>,
    owner_hint: &'static str,
    brand: String,
    min_date: String,
    max_date: String,
    presets: Vec<Preset>,
    may_recover: bool,
    summary: Summary,
    banner: Option<String>,
    /// A button added a line to the list: it gets the focus.
    list_changed: bool,
}

/// `GET /tenant-api-keys/new`.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
) -> Answer<HttpResponse> {
    me.actor().must_hold(Right::ChangeKeys)?;
    let form = KeyForm {
        environment: Environment::Live.as_str().into(),
        expires_on: date(me.now() + TimeDelta::days(90)),
        idempotency_key: random::token()?,
        ..KeyForm::default()
    };
    NewKeyPage::load(&state, me, form, FieldErrors::default(), None)
        .await?
        .respond(&request, StatusCode::OK)
        .await
}

fn date(at: Timestamp) -> String {
    at.format("%Y-%m-%d").to_string()
}

impl NewKeyPage {
    /// The page with what was typed so far.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn load(
        state: &State,
        me: SignedIn,
        form: KeyForm,
        errors: FieldErrors,
        banner: Option<String>,
    ) -> Result<Self> {
        let (by, now) = (me.actor(), me.now());
        let (group, project) = (form.group.clone(), form.project.clone());
        let (quota, groups, projects, owners, may_recover) = state
            .read(move |conn| {
                let may_recover = db::tenants::find(conn, by.tenant)?.recoverable_keys;
                let groups = GroupOption::list(&db::groups::list(conn, by.tenant)?, &group);
                let projects = db::projects::list(conn, by.tenant)?;
                let projects = ProjectOption::list(projects, &project, None);
                let owners = db::members::list(conn, by.tenant)?;
                let quota = Quota::find(conn, &by)?;
                Ok((quota, groups, projects, owners, may_recover))
            })
            .await?;
        let group_name = GroupOption::chosen(&groups).map(|group| group.name.clone());
        Ok(Self {
            crumbs: crumbs(Some("Generate")),
            summary: summary(
                &form,
                &quota,
                &state.site.brand,
                group_name.unwrap_or_else(|| "Not chosen yet".into()),
            ),
            brand: state.site.brand.clone(),
            min_date: date(now),
            max_date: date(now + TimeDelta::days(3_650)),
            presets: presets(now, &form.expires_on),
            shell: me.shell,
            quota,
            form,
            errors,
            groups,
            projects,
            owners,
            owner_hint: "Left empty, it is you.",
            may_recover,
            banner,
            list_changed: false,
        })
    }

    /// The form again after a button added to its list. It is no answer to "Generate", which would open a dialog.
    ///
    /// # Errors
    /// `Internal` when the template fails.
    pub async fn with_list(mut self, request: &HttpRequest) -> Answer<HttpResponse> {
        self.list_changed = true;
        let response = self.respond(request, StatusCode::OK).await?;
        Ok(placed(response, "#key-form", "outerHTML"))
    }

    /// The whole page, or for htmx the part that holds the form.
    ///
    /// # Errors
    /// `Internal` when the template fails.
    pub async fn respond(self, request: &HttpRequest, status: StatusCode) -> Answer<HttpResponse> {
        if is_htmx(request) {
            return part(status, move || self.as_form().render()).await;
        }
        page(status, self).await
    }
}

fn presets(now: Timestamp, typed: &str) -> Vec<Preset> {
    [
        ("30 days", Some(30)),
        ("90 days", Some(90)),
        ("1 year", Some(365)),
        ("Never", None),
    ]
    .into_iter()
    .map(|(label, days)| {
        let date = days
            .map(|days| date(now + TimeDelta::days(days)))
            .unwrap_or_default();
        Preset {
            label,
            pressed: date == typed,
            date,
        }
    })
    .collect()
}

fn summary(form: &KeyForm, quota: &Quota, brand: &str, group: String) -> Summary {
    let environment = Environment::parse(&form.environment).unwrap_or_default();
    let expires = match key::expiry_of_last_day(&form.expires_on) {
        Ok(Some(end)) => crate::domain::time::day(end - TimeDelta::microseconds(1)),
        _ => "Never".into(),
    };
    let addresses = match form
        .ip_allowlist
        .lines()
        .filter(|line| !line.trim().is_empty())
        .count()
    {
        0 => "Any address".into(),
        1 => "1 range".into(),
        count => format!("{count} ranges"),
    };
    let rate = match form.rate_limit() {
        None => "No limit".into(),
        Some(input) => input
            .check(&mut FieldErrors::default())
            .map_or("Not valid yet".into(), |limit| limit.to_string()),
    };
    let after = if quota.full {
        "Limit reached".into()
    } else {
        format!("{} of {} keys", quota.used + 1, quota.limit)
    };
    Summary {
        prefix: key_text::prefix(brand, environment),
        group,
        expires,
        addresses,
        rate,
        after,
    }
}
