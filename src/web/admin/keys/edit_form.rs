//! The form in which a key is edited: what was typed, what is wrong with it, and what is stored meanwhile.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::act::Act;
use super::allowlist_field::chosen_mode;
use super::group_options::GroupOption;
use super::narrowing::Narrowing;
use super::observed_callers::Observed;
use super::project_options::ProjectOption;
use crate::actions::key_updates;
use crate::db;
use crate::db::keys::Key;
use crate::db::members::Member;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::id::KeyId;
use crate::domain::key_updates::{Input, Update};
use crate::domain::rate_limit::{self, RateLimit};
use crate::domain::right::Right;
use crate::domain::time::{self, Timestamp};
use crate::domain::validate::FieldErrors;
use crate::domain::{Result, key_text};
use crate::web::failure::Answer;
use crate::web::respond::{is_htmx, page, part};
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

const OWNER_HINT: &str = "Left empty, nobody does.";

/// The fields as typed. There is none for the expiration: one that is sent is refused.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the fields of the form")]
pub struct EditForm {
    pub name: String,
    pub description: String,
    pub group: String,
    /// Without it the key keeps its project: the form has no such field while there are no projects.
    #[serde(default)]
    pub project: Option<String>,
    /// Without it the key keeps its owner.
    #[serde(default)]
    pub owner: Option<String>,
    pub ip_allowlist: String,
    pub ip_allowlist_mode: String,
    pub rate_limit: String,
    pub rate_limit_per: String,
    pub rate_limit_burst: String,
    /// What the form showed of the key.
    pub version: String,
    /// What somebody confirmed to take away from the key.
    #[serde(default)]
    pub confirmed: String,
    #[serde(default)]
    pub last4: String,
    #[serde(default)]
    pub act: Act,
}

impl EditForm {
    fn of(key: &Key) -> Self {
        let limit = key.rate_limit.0;
        let burst = limit.filter(|limit| limit.burst() != limit.requests());
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        Self {
            name: key.name.clone(),
            description: key.description.clone(),
            group: key.group_name.clone(),
            project: key.project_id.map(|id| id.to_string()),
            owner: Some(key.owner.get().typed().to_owned()),
            ip_allowlist: key.ip_allowlist.entries().join("\n"),
            ip_allowlist_mode: key.ip_allowlist_mode.as_str().into(),
            rate_limit: number(limit.map(RateLimit::requests)).unwrap_or_default(),
            rate_limit_per: limit
                .map(RateLimit::per)
                .unwrap_or_default()
                .as_str()
                .into(),
            rate_limit_burst: number(burst.map(RateLimit::burst)).unwrap_or_default(),
            version: key_updates::version(key),
            confirmed: String::new(),
            last4: String::new(),
            act: Act::Save,
        }
    }

    /// Checks the fields.
    ///
    /// # Errors
    /// `Invalid` with messages under the names of the fields.
    pub fn check(&self, now: Timestamp) -> Result<Update> {
        let mode = chosen_mode(&self.ip_allowlist_mode);
        let input = Input {
            name: Some(&self.name),
            description: Some(&self.description),
            group: Some(&self.group),
            project: self
                .project
                .as_deref()
                .map(|id| Some(id).filter(|id| !id.is_empty())),
            ip_allowlist: Some(Some(self.ip_allowlist.trim_end().lines().collect())),
            ip_allowlist_mode: Some(mode).filter(|mode| !mode.is_empty()),
            rate_limit: Some(rate_limit::Input::typed(
                &self.rate_limit,
                &self.rate_limit_per,
                &self.rate_limit_burst,
            )),
            owner: self.owner.as_deref(),
        };
        let mut update = input.check(now, None)?;
        if mode.is_empty() {
            update.ip_allowlist_mode = update.ip_allowlist.as_ref().map(AllowlistMode::of);
        }
        update.shown = Some(self.version.clone());
        Ok(update)
    }
}

/// What is stored now, when it is not what the form showed.
pub struct Now {
    name: String,
    description: String,
    group: String,
    project: Option<String>,
    owner: Option<String>,
    addresses: Vec<String>,
    mode: String,
    rate_limit: String,
}

/// The page, or the dialog.
#[derive(Template)]
#[template(path = "keys/edit.html")]
pub struct EditPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    key_name: String,
    hint: String,
    expires: String,
    form: EditForm,
    groups: Vec<GroupOption>,
    projects: Vec<ProjectOption>,
    owners: Vec<Member>,
    owner_hint: &'static str,
    observed: Option<Observed>,
    banner: Option<String>,
    now: Option<Now>,
    stored: Key,
    /// What is wrong with the fields.
    pub errors: FieldErrors,
    asks: Option<Narrowing>,
    /// A button added lines to the list: it gets the focus.
    pub list_changed: bool,
    /// The key was revoked: nothing can be saved.
    pub revoked: bool,
}

/// The same as a dialog; its parts name the fields as those of the page do.
#[derive(Template)]
#[template(path = "keys/_edit.html")]
struct EditDialog<'a> {
    shell: &'a Shell,
    id: &'a str,
    key_name: &'a str,
    expires: &'a str,
    form: &'a EditForm,
    groups: &'a [GroupOption],
    projects: &'a [ProjectOption],
    owners: &'a [Member],
    owner_hint: &'static str,
    observed: &'a Option<Observed>,
    banner: &'a Option<String>,
    now: &'a Option<Now>,
    errors: &'a FieldErrors,
    asks: &'a Option<Narrowing>,
    list_changed: bool,
    revoked: bool,
    save_label: &'static str,
}

impl EditPage {
    /// The page of a key, with what was typed so far.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for viewers.
    pub async fn load(
        state: &State,
        me: SignedIn,
        id: KeyId,
        form: Option<EditForm>,
    ) -> Result<Self> {
        let (by, now) = (me.actor(), me.now());
        by.must_hold(Right::ChangeKeys)?;
        let (key, form, groups, projects, owners, observed) = state
            .snapshot(move |conn| {
                let key = db::keys::find(conn, by.tenant, id)?;
                let form = form.unwrap_or_else(|| EditForm::of(&key));
                let observed = Observed::load(conn, by.tenant, &key, now)?;
                let projects = db::projects::list(conn, by.tenant)?;
                let project = form.project.as_deref().unwrap_or_default();
                let projects = ProjectOption::list(projects, project, key.project_id);
                let groups = GroupOption::list(&db::groups::list(conn, by.tenant)?, &form.group);
                let owners = db::members::list(conn, by.tenant)?;
                Ok((key, form, groups, projects, owners, observed))
            })
            .await?;
        let last_day = |end: Timestamp| {
            let day = time::day(end - chrono::TimeDelta::microseconds(1));
            format!("{day} is its last day (UTC).")
        };
        Ok(Self {
            crumbs: crumbs(Some("Edit")),
            shell: me.shell,
            id: key.id.to_string(),
            key_name: key.name.clone(),
            hint: key_text::hint(&key.key_prefix, &key.last4),
            expires: key
                .expires_at
                .map_or_else(|| "It never expires.".into(), last_day),
            groups,
            projects,
            owners,
            owner_hint: OWNER_HINT,
            form,
            observed,
            banner: None,
            now: None,
            revoked: key.revoked_at.is_some(),
            stored: key,
            errors: FieldErrors::default(),
            asks: None,
            list_changed: false,
        })
    }

    /// The page after a conflict: with what is stored now, so that the next save is made with open eyes.
    pub fn with_conflict(mut self, banner: String) -> Self {
        self.banner = Some(banner);
        self.form.version = key_updates::version(&self.stored);
        let key = &self.stored;
        let limit = key.rate_limit.0;
        self.now = (!self.revoked).then(|| Now {
            name: key.name.clone(),
            description: key.description.clone(),
            group: key.group_name.clone(),
            project: key.project_name.clone(),
            owner: key.owner.get().shown(),
            addresses: key.ip_allowlist.entries(),
            mode: key.ip_allowlist_mode.as_str().into(),
            rate_limit: limit.map_or_else(|| "None".into(), |limit| limit.to_string()),
        });
        self
    }

    fn save_label(&self) -> &'static str {
        if self.asks.is_none() {
            "Save changes"
        } else {
            "Save all the same"
        }
    }

    /// The page with the question whether to save although that takes something away.
    pub fn asking(mut self, asks: Narrowing) -> Self {
        self.form.confirmed.clone_from(&asks.confirmed);
        self.asks = Some(asks);
        self
    }

    /// The same page with the list enforced in its form.
    pub fn enforcing(mut self) -> Self {
        self.form.ip_allowlist_mode = AllowlistMode::Enforce.as_str().into();
        self
    }

    /// As [`EditPage::respond`], with the question: 409 the first time, 422 when the last four characters are wrong.
    ///
    /// # Errors
    /// As [`EditPage::respond`].
    pub async fn respond_asking(self, request: &HttpRequest) -> Answer<HttpResponse> {
        let answered = |asks: &Narrowing| !asks.errors.is_empty();
        let status = if self.asks.as_ref().is_some_and(answered) {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::CONFLICT
        };
        self.respond(request, status).await
    }

    /// The whole page, or for htmx the dialog.
    ///
    /// # Errors
    /// `Internal` when the template fails.
    pub async fn respond(self, request: &HttpRequest, status: StatusCode) -> Answer<HttpResponse> {
        if !is_htmx(request) {
            return page(status, self).await;
        }
        part(status, move || self.dialog().render()).await
    }

    fn dialog(&self) -> EditDialog<'_> {
        EditDialog {
            shell: &self.shell,
            id: &self.id,
            key_name: &self.key_name,
            expires: &self.expires,
            form: &self.form,
            groups: &self.groups,
            projects: &self.projects,
            owners: &self.owners,
            owner_hint: OWNER_HINT,
            observed: &self.observed,
            banner: &self.banner,
            now: &self.now,
            errors: &self.errors,
            asks: &self.asks,
            list_changed: self.list_changed,
            revoked: self.revoked,
            save_label: self.save_label(),
        }
    }
}
