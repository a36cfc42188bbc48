//! Roles, the one table of what each of them may do, and who is acting.

use std::net::IpAddr;

use super::id::{KeyId, ProjectId, TenantId, UserId};
use super::pepper::SecretDigests;
use super::right::Right;
use super::scope::Scopes;
use super::time::Timestamp;
use super::{Error, Result};

/// What is said when a role has to be chosen.
pub const CHOOSE: &str = "Choose Tenant admin or Tenant viewer.";

/// What a member may do inside a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Reads and changes.
    Admin,
    /// Reads.
    Viewer,
}

impl Role {
    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Viewer => "viewer",
        }
    }

    /// Every role, in the order in which pages offer them.
    pub const ALL: [Self; 2] = [Self::Admin, Self::Viewer];

    /// The role of exactly this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// What a person with it does.
    pub fn about(self) -> &'static str {
        match self {
            Self::Admin => "Generates, changes and revokes keys, and invites people.",
            Self::Viewer => "Sees keys, usage and the request log; changes nothing.",
        }
    }

    /// The role of a word; anything unknown reads only.
    pub fn parse(word: &str) -> Self {
        if word == "admin" {
            Self::Admin
        } else {
            Self::Viewer
        }
    }

    /// How pages name it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Admin => "Tenant admin",
            Self::Viewer => "Tenant viewer",
        }
    }
}

/// Every role of the product. A person may have two of them: super users are members of a tenant as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnyRole {
    /// Runs the installation.
    SuperUser,
    /// Support staff, in no tenant.
    Support,
    /// In a tenant.
    Member(Role),
}

impl AnyRole {
    /// Every role, in the order of the table.
    pub const ALL: [Self; 4] = [
        Self::SuperUser,
        Self::Support,
        Self::Member(Role::Admin),
        Self::Member(Role::Viewer),
    ];
}

/// The table: whether a role has a right. Tenant rights hold in the role's own tenant alone. What keys may do say their
/// scopes, see [`Right::scope`].
pub fn allows(role: AnyRole, right: Right) -> bool {
    use AnyRole::{Member, SuperUser, Support};
    match right {
        Right::SeeKeys
        | Right::SeeUsage
        | Right::SeeGroups
        | Right::SeeProjects
        | Right::SeeIntegrations
        | Right::ReadAuditLog => match role {
            Member(Role::Admin | Role::Viewer) => true,
            SuperUser | Support => false,
        },
        Right::ChangeKeys
        | Right::RevealSecrets
        | Right::ChangeGroups
        | Right::ChangeProjects
        | Right::ChangeIntegrations
        | Right::SeeMembers
        | Right::ChangeMembers
        | Right::SeeSettings
        | Right::ChangeSettings
        | Right::AskSupport
        | Right::AdmitSupport => match role {
            Member(Role::Admin) => true,
            Member(Role::Viewer) | SuperUser | Support => false,
        },
        // What a person saved they never get back: systems alone do, by the scope of their key.
        Right::ResolveCredentials => match role {
            Member(Role::Admin | Role::Viewer) | SuperUser | Support => false,
        },
        Right::SeeTenants
        | Right::ChangeLimits
        | Right::ChangePlans
        | Right::ChangeFeatures
        | Right::ContainKeys
        | Right::ExplainRequests
        | Right::ReadStaffLog => match role {
            SuperUser | Support => true,
            Member(Role::Admin | Role::Viewer) => false,
        },
        // What is then open to them is a list of pages, in `web/support_look.rs`. Super users are members where they look,
        // so no tenant is opened to them.
        Right::LookAtTenants => match role {
            Support => true,
            Member(Role::Admin | Role::Viewer) | SuperUser => false,
        },
        Right::ReadInstallationLog | Right::OverseeTenants | Right::ChangeVerifiers => match role {
            SuperUser => true,
            Member(Role::Admin | Role::Viewer) | Support => false,
        },
    }
}

/// The session in which a person acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Digest of its key.
    pub row: String,
    /// It is over from this instant on.
    pub ends_at: Timestamp,
}

/// Who acts: a person in a browser, a system with a key, or an operator at a shell.
#[derive(Debug, Clone)]
pub enum Who {
    /// A signed-in member.
    Person {
        /// The person.
        id: UserId,
        /// E-mail address, for the audit log.
        email: String,
        /// Role in the tenant.
        role: Role,
        /// Their session; none while they are only arriving.
        session: Option<OwnSession>,
    },
    /// A system that presented an API key.
    Key {
        /// The key.
        id: KeyId,
        /// Its name.
        name: String,
        /// What it may do.
        scopes: Scopes,
        /// The project it belongs to; without one it is the whole tenant's.
        project: Option<ProjectId>,
        /// True for the old secret of a rotation, which works on for a while: it changes nothing any more.
        is_former: bool,
        /// The secret that was presented.
        secret: SecretDigests,
    },
    /// Someone with access to the machine and its data directory.
    Operator,
    /// The product itself, when something falls due that a person decided before.
    Keystead,
}

/// Who acts, in which tenant, from where and when: every action takes one.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who.
    pub who: Who,
    /// The tenant in which the action happens; it never comes from the request's body.
    pub tenant: TenantId,
    /// The moment of the action.
    pub now: Timestamp,
    /// The address of the caller, when there is one.
    pub address: Option<IpAddr>,
    /// The request's id, to join audit and log.
    pub request_id: String,
}

impl Actor {
    /// The id of the person, when a person acts.
    pub fn person(&self) -> Option<UserId> {
        match &self.who {
            Who::Person { id, .. } => Some(*id),
            Who::Key { .. } | Who::Operator | Who::Keystead => None,
        }
    }

    /// The session of the person, when a person acts.
    pub fn session(&self) -> Option<&OwnSession> {
        match &self.who {
            Who::Person { session, .. } => session.as_ref(),
            Who::Key { .. } | Who::Operator | Who::Keystead => None,
        }
    }

    /// Refuses unless the actor has this right: a person by their role, a key by its scopes.
    ///
    /// # Errors
    /// `Forbidden` with a sentence that says what is missing.
    pub fn must_hold(&self, right: Right) -> Result<()> {
        let refused = match &self.who {
            Who::Operator | Who::Keystead => return Ok(()),
            Who::Person { role, .. } if allows(AnyRole::Member(*role), right) => return Ok(()),
            Who::Person { .. } => {
                "This needs the role Tenant admin; ask one of your admins.".to_owned()
            }
            Who::Key {
                is_former: true, ..
            } if right.changes_something() => {
                "This is the old secret of a rotated key, which changes nothing any more; use the new one.".into()
            }
            Who::Key { scopes, .. } => match right.scope() {
                Some(scope) if scopes.allow(scope) => return Ok(()),
                Some(scope) => format!("This key lacks the scope {scope}."),
                None => "Only a person can do this: sign in as a tenant admin.".into(),
            },
        };
        Err(Error::Forbidden(refused))
    }

    /// Refuses to hand out rights that the actor does not have; only keys are limited in this way.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn must_cover(&self, granted: &Scopes) -> Result<()> {
        match &self.who {
            Who::Key { scopes, .. } if !scopes.cover(granted) => Err(Error::Forbidden(
                "A key can't create a key with more rights than its own.".into(),
            )),
            _ => Ok(()),
        }
    }

    /// The project of the key that acts, if it belongs to one.
    pub fn project(&self) -> Option<ProjectId> {
        match self.who {
            Who::Key { project, .. } => project,
            _ => None,
        }
    }

    /// Refuses a key of a project what is another project's or the whole tenant's; `what` begins the sentence about it.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn must_reach(&self, project: Option<ProjectId>, what: &str) -> Result<()> {
        match self.project() {
            Some(own) if project != Some(own) => Err(Error::Forbidden(format!(
                "{what} outside of its own project."
            ))),
            _ => Ok(()),
        }
    }

    /// Refuses a key of a project what changes the whole tenant; `what` begins the sentence about it.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn must_act_for_tenant(&self, what: &str) -> Result<()> {
        match self.project() {
            None => Ok(()),
            Some(_) => Err(Error::Forbidden(format!(
                "{what} are changed by keys of the whole tenant; this key belongs to a project."
            ))),
        }
    }

    /// The id of the key, when a key acts.
    pub fn key(&self) -> Option<KeyId> {
        match self.who {
            Who::Key { id, .. } => Some(id),
            _ => None,
        }
    }

    /// True when the key with this id acts.
    pub fn is_key(&self, id: KeyId) -> bool {
        self.key() == Some(id)
    }
}

/// Who changes the installation itself, which belongs to no tenant. Whoever holds one may: it is made for a super
/// user, or for the operator at a shell, and for nobody else.
#[derive(Debug, Clone)]
pub struct Steward {
    /// Who.
    pub who: Who,
    /// The moment of the action.
    pub now: Timestamp,
    /// The address of the caller, when there is one.
    pub address: Option<IpAddr>,
    /// The request's id, to join audit and log.
    pub request_id: String,
}

impl Steward {
    /// The operator at the machine itself.
    pub fn operator(now: Timestamp) -> Self {
        Self {
            who: Who::Operator,
            now,
            address: None,
            request_id: String::new(),
        }
    }
}

/// A person of the support staff at work. They see names, states, dates, limits and plans of tenants, and may
/// change limits and plans; nothing that takes an [`Actor`] or a [`Steward`] is open to them.
#[derive(Debug, Clone)]
pub struct Supporter {
    /// The person.
    pub id: UserId,
    /// Their name, which tenants read.
    pub name: String,
    /// Support staff, or super user.
    pub role: AnyRole,
    /// Their session; none while they are only arriving.
    pub session: Option<OwnSession>,
    /// The moment of the action.
    pub now: Timestamp,
    /// The address of the caller, when there is one.
    pub address: Option<IpAddr>,
    /// The request's id, to join audit and log.
    pub request_id: String,
}

/// Who decides over tenants as a whole.
#[derive(Debug, Clone)]
pub enum Overseer {
    /// A super user in the support view.
    SuperUser(Supporter),
    /// The operator at the machine itself, at this moment.
    Operator(Timestamp),
}

impl Overseer {
    /// The moment of the action.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::SuperUser(person) => person.now,
            Self::Operator(now) => *now,
        }
    }

    /// Their name, which tenants read.
    pub fn name(&self) -> &str {
        match self {
            Self::SuperUser(person) => &person.name,
            Self::Operator(_) => "The operator",
        }
    }
}

/// From where and when somebody comes who has no session yet.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The moment.
    pub now: Timestamp,
    /// The address of the browser.
    pub address: Option<IpAddr>,
    /// The request's id.
    pub request_id: String,
}
