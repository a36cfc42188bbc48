//! What an address names: a level, an integration, a credential. One handler serves both levels.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::actions::effective_credentials::{self, Kept, OfProject};
use crate::actions::integrations::Target;
use crate::db;
use crate::db::credentials::Credential;
use crate::db::projects::Project;
use crate::domain::catalogue::entry::Entry;
use crate::domain::id::CredentialId;
use crate::domain::integration::Level;
use crate::domain::right::Right;
use crate::domain::{Error, Result};
use crate::web::failure::Failure;
use crate::web::shell::{Crumb, trail};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Where the organisation's list is.
pub const LIST: &str = "/integrations";

/// The parts of an address.
#[derive(Debug, Clone)]
pub struct At {
    /// The organisation, or a project.
    pub level: Level,
    /// The integration; empty on a list.
    slug: String,
    /// The credential, where one is named.
    credential: Option<CredentialId>,
}

impl FromRequest for At {
    type Error = Failure;
    type Future = Ready<std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request).map_err(Failure))
    }
}

impl At {
    fn read(request: &HttpRequest) -> Result<Self> {
        let parts = request.match_info();
        let project = parts.get("project").map(str::parse).transpose()?;
        Ok(Self {
            level: project.into(),
            slug: parts.get("slug").unwrap_or_default().to_owned(),
            credential: parts.get("id").map(str::parse).transpose()?,
        })
    }

    /// Where the list of this level is.
    pub fn list(&self) -> String {
        match self.level {
            Level::Organization => LIST.into(),
            Level::Project(id) => format!("/projects/{id}/integrations"),
        }
    }

    /// Where the page of this integration is.
    pub fn page(&self) -> String {
        format!("{}/{}", self.list(), self.slug)
    }

    /// The integration of the catalogue.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn entry<'a>(&self, state: &'a State) -> Result<&'a Entry> {
        state.catalogue.find(&self.slug).ok_or(Error::NotFound)
    }

    /// The integration for a change.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` where nothing can be shared.
    pub fn target(&self, state: &State) -> Result<Target> {
        Target::new(self.entry(state)?, self.level)
    }

    /// The credential that the address names.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn credential(&self) -> Result<CredentialId> {
        self.credential.ok_or(Error::NotFound)
    }

    /// What is there, for a person who may see it.
    ///
    /// # Errors
    /// `Forbidden`; `NotFound`, also for another tenant's project.
    pub async fn load<'a>(&self, state: &'a State, me: &SignedIn) -> Result<There<'a>> {
        let by = me.actor();
        by.must_hold(Right::SeeIntegrations)?;
        let entry = self.entry(state)?;
        let (level, slug) = (self.level, self.slug.clone());
        let (project, of) = state
            .snapshot(move |conn| match level {
                Level::Organization => {
                    let mut all = effective_credentials::of_level(conn, by.tenant, level)?;
                    let shared = all.remove(&slug).unwrap_or_default();
                    let own = Kept::default();
                    Ok((None, OfProject { own, shared }))
                }
                Level::Project(id) => {
                    let project = db::projects::find(conn, by.tenant, id)?;
                    let mut all = effective_credentials::of_project(conn, by.tenant, id)?;
                    Ok((Some(project), all.remove(&slug).unwrap_or_default()))
                }
            })
            .await?;
        Ok(There {
            at: self.clone(),
            entry,
            project,
            of,
        })
    }
}

/// An integration at a level, with what is kept there.
pub struct There<'a> {
    /// Its address.
    pub at: At,
    /// The catalogue's words for it.
    pub entry: &'a Entry,
    /// The project, if it is one's.
    pub project: Option<Project>,
    /// What is kept.
    pub of: OfProject,
}

impl There<'_> {
    /// What this level itself keeps.
    pub fn kept(&self) -> &Kept {
        match self.at.level {
            Level::Organization => &self.of.shared,
            Level::Project(_) => &self.of.own,
        }
    }

    /// The credential that the address names.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn credential(&self) -> Result<&Credential> {
        let id = self.at.credential()?;
        let mut all = self.kept().credentials.iter();
        all.find(|one| one.id == id).ok_or(Error::NotFound)
    }

    /// The breadcrumb of a page below this integration's, or of that itself.
    pub fn crumbs(&self, last: Option<&str>) -> Vec<Crumb> {
        let mut crumbs = crumbs(self.project.as_ref(), Some(&self.entry.name));
        if let (Some(last), Some(own)) = (last, crumbs.last_mut()) {
            own.href = Some(self.at.page());
            crumbs.push(Crumb {
                label: last.into(),
                href: None,
            });
        }
        crumbs
    }
}

/// The breadcrumb of a list, or of a page below it.
pub fn crumbs(project: Option<&Project>, last: Option<&str>) -> Vec<Crumb> {
    match project {
        None => trail(
            ("Administration", "/tenant-api-keys"),
            ("Integrations", LIST),
            last,
        ),
        Some(project) => {
            let address = format!("/projects/{}/integrations", project.id);
            let part = ("Projects", "/projects");
            let mut crumbs = trail(part, ("Integrations", &address), last);
            let name = Crumb {
                label: project.name.clone(),
                href: Some(format!("/tenant-api-keys?project={}", project.id)),
            };
            crumbs.insert(1, name);
            crumbs
        }
    }
}
