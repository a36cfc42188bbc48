//! Integrations of a tenant and its projects: which credential applies, and why.

use std::collections::BTreeMap;

use chrono::Duration;
use zeroize::Zeroizing;

use super::catalogue::entry::Entry;
use super::environment::Environment;
use super::id::ProjectId;
use super::time::Timestamp;
use super::validate::{self, FieldErrors};
use super::{Error, Result};

/// Most credentials that an integration may keep at one level, those of both environments together.
pub const MOST: usize = 20;

/// How long one can go back to a credential after another took its place. Its secret is destroyed after that.
pub const GO_BACK: Duration = Duration::hours(24);

/// Where a credential is kept: for all projects of the tenant, or for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// All projects use it that have none of their own.
    Organization,
    /// This project alone uses it.
    Project(ProjectId),
}

impl Level {
    /// The project, if it is one's.
    pub fn project(self) -> Option<ProjectId> {
        match self {
            Self::Organization => None,
            Self::Project(id) => Some(id),
        }
    }
}

impl From<Option<ProjectId>> for Level {
    fn from(project: Option<ProjectId>) -> Self {
        project.map_or(Self::Organization, Self::Project)
    }
}

/// Which credential a project gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effective<T> {
    /// Its own.
    Project(T),
    /// The organisation's.
    Organization(T),
    /// None: it has no own one, and does not want the organisation's.
    Blocked,
    /// None: there is none at either level.
    NotSet,
}

impl<T> Effective<T> {
    /// The rule: a project's own credential takes precedence; without one it gets what the organisation `shares`, unless
    /// it is `blocked` there.
    pub fn of(own: Option<T>, blocked: bool, shared: Option<T>) -> Self {
        match (own, blocked, shared) {
            (Some(own), _, _) => Self::Project(own),
            (None, true, _) => Self::Blocked,
            (None, false, Some(shared)) => Self::Organization(shared),
            (None, false, None) => Self::NotSet,
        }
    }

    /// The credential, if there is one.
    pub fn credential(self) -> Option<T> {
        match self {
            Self::Project(it) | Self::Organization(it) => Some(it),
            Self::Blocked | Self::NotSet => None,
        }
    }

    /// The word for machines.
    pub fn source(&self) -> &'static str {
        match self {
            Self::Project(_) => "project",
            Self::Organization(_) => "organization",
            Self::Blocked => "blocked",
            Self::NotSet => "not_set",
        }
    }

    /// The words for people.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Project(_) => "This project",
            Self::Organization(_) => "Organisation",
            Self::Blocked => "Blocked here",
            Self::NotSet => "Not set",
        }
    }
}

/// Where a credential stands among those of its integration, level and environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It applies.
    Current,
    /// It waits to be made current.
    Standby,
    /// Another took its place. One can go back to it until this instant.
    Replaced(Timestamp),
}

impl Standing {
    /// Of one that is current since an instant, and was replaced at another.
    pub fn of(current_since: Option<Timestamp>, replaced_at: Option<Timestamp>) -> Self {
        match (current_since, replaced_at) {
            (_, Some(at)) => Self::Replaced(at + GO_BACK),
            (Some(_), None) => Self::Current,
            (None, None) => Self::Standby,
        }
    }

    /// The word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Standby => "standby",
            Self::Replaced(_) => "replaced",
        }
    }
}

/// What somebody has to see to about a credential, the worst first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warning {
    /// Its secret can't be opened.
    Damaged,
    /// The provider refused it, as a system reported.
    Refused {
        /// When it did so last.
        at: Timestamp,
        /// What the project of that system was called then.
        project: String,
    },
    /// It ended at the provider's.
    Expired(Timestamp),
    /// It ends there soon, by the rule for keys.
    ExpiresSoon(Timestamp),
}

/// A credential as somebody asks for it to be kept, before it is checked.
#[derive(Clone)]
pub struct Input<'a> {
    /// Name; without one it is named after its version.
    pub name: &'a str,
    /// `live` or `test`; empty stands for `live`.
    pub environment: &'a str,
    /// When it ends at the provider's, if that is known; or what is wrong with what was said of it.
    pub expires_at: std::result::Result<Option<Timestamp>, String>,
    /// The value of each field of the catalogue, by its name.
    pub fields: BTreeMap<&'a str, &'a str>,
}

/// A credential to be kept.
#[derive(Clone)]
pub struct Draft {
    /// At most 80 characters; may be empty.
    pub name: String,
    /// What it works with.
    pub environment: Environment,
    /// When it ends at the provider's, if that is known.
    pub expires_at: Option<Timestamp>,
    /// The values of its fields as one text.
    pub secret: Zeroizing<String>,
    /// Last characters of its secret, or nothing when that would tell too much.
    pub last4: String,
}

/// The fields of a credential stand under this among the errors, and in forms: `fields.api_key`.
pub const FIELDS: &str = "fields.";

impl Input<'_> {
    /// Checks everything, for an integration of the catalogue, and reports all errors at once.
    ///
    /// # Errors
    /// `Invalid` at `name`, `environment`, `expires_at`, and at the name of each field after [`FIELDS`].
    pub fn check(self, entry: &Entry, now: Timestamp) -> Result<Draft> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", validate::line(self.name, 80));
        let environment = errors.take(
            "environment",
            environment(self.environment, entry.environments),
        );
        let expires_at = errors.take("expires_at", self.expires_at);
        if expires_at.is_some_and(|end| end <= now) {
            errors.add("expires_at", "Choose a time that is still to come.");
        }
        // A name is kept as it is, and shown.
        if entry
            .secrets_in(&self.fields)
            .any(|secret| name.contains(secret))
        {
            errors.add("name", "Take the secret out: this name is kept and shown.");
        }
        let fields = match entry.check(&self.fields) {
            Ok(fields) => fields,
            Err(Error::Invalid(wrong)) => {
                for (field, message) in wrong.list() {
                    errors.add(&format!("{FIELDS}{field}"), message.as_str());
                }
                return Err(Error::Invalid(errors));
            }
            Err(other) => return Err(other),
        };
        errors.into_result()?;
        Ok(Draft {
            name,
            environment,
            expires_at,
            secret: fields.to_json()?,
            last4: fields.last4(entry),
        })
    }
}

/// The environment of a word, for a provider that has both or not.
///
/// # Errors
/// What to choose instead.
pub fn environment(word: &str, has_environments: bool) -> std::result::Result<Environment, String> {
    match word {
        "" => Ok(Environment::Live),
        word => match Environment::parse(word)? {
            Environment::Test if !has_environments => Err(
                "This integration has one credential for everything. Leave the environment out."
                    .into(),
            ),
            environment => Ok(environment),
        },
    }
}
