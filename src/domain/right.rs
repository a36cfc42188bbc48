//! What somebody may do: each right by its name. Which role has it says the one table, `role::allows`; which scope a key
//! needs for it stands here.

/// What becomes of things when a right is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Whoever has it gets to know something.
    Reads,
    /// Something is another way afterwards.
    Changes,
}
use Use::{Changes, Reads};

/// Makes [`Right`] of the list: what it opens, whether that changes something, and the scope by which a key has it. With
/// `None` no key ever has it, whatever its scopes.
macro_rules! rights {
    ($($(#[$doc:meta])+ $name:ident: $use:expr, $scope:expr;)+) => {
        /// A right: one thing that somebody may do or not. Permission systems say "action" or "permission" for it; here
        /// `actions` are the use cases, several of which ask for the same right.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Right {
            $($(#[$doc])+ $name,)+
        }

        impl Right {
            /// Every right.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The scope that a key needs; `None` where no key ever may.
            pub const fn scope(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => $scope,)+
                }
            }

            /// True unless whoever has it only gets to know something.
            pub fn changes_something(self) -> bool {
                let what = match self {
                    $(Self::$name => $use,)+
                };
                what == Changes
            }
        }
    };
}

rights! {
    /// Keys of the tenant: names, states, rights, but no secret.
    SeeKeys: Reads, Some("api-keys:read");
    /// Generates, changes, rotates, disables, revokes and deletes keys.
    ChangeKeys: Changes, Some("api-keys:write");
    /// Sees the secret of a recoverable key again.
    RevealSecrets: Reads, None;
    /// Usage, the request log, and why a request was refused.
    SeeUsage: Reads, None;
    /// Authorization groups.
    SeeGroups: Reads, Some("authorization-groups:read");
    /// Makes, edits and deletes authorization groups.
    ChangeGroups: Changes, Some("authorization-groups:write");
    /// Projects.
    SeeProjects: Reads, Some("projects:read");
    /// Makes, edits, archives and restores projects.
    ChangeProjects: Changes, Some("projects:write");
    /// Integrations, and which credentials they have, but none of their secrets.
    SeeIntegrations: Reads, Some("integrations:read");
    /// Switches integrations, and saves, promotes and removes credentials.
    ChangeIntegrations: Changes, Some("integrations:write");
    /// Gets a third party's credential as it is, to call that party, and reports how it went. Never a person's right.
    ResolveCredentials: Reads, Some("integrations:resolve");
    /// The tenant's audit log.
    ReadAuditLog: Reads, Some("audit:read");
    /// Members and invitations.
    SeeMembers: Reads, None;
    /// Invites and removes members, gives roles, makes reset links, switches second factors off.
    ChangeMembers: Changes, None;
    /// The tenant's settings.
    SeeSettings: Reads, None;
    /// Changes the tenant's settings.
    ChangeSettings: Changes, None;
    /// Asks support for a higher limit or a feature, and answers what it asks back.
    AskSupport: Changes, None;
    /// Lets support staff look at the tenant's pages, declines, and ends it.
    AdmitSupport: Changes, None;

    /// The support view: names, states, dates, limits and plans of tenants, and what they ask for.
    SeeTenants: Reads, None;
    /// Asks a tenant to let them look at its pages, and looks.
    LookAtTenants: Reads, None;
    /// Changes limits of tenants, and answers requests for higher ones.
    ChangeLimits: Changes, None;
    /// Changes plans of tenants.
    ChangePlans: Changes, None;
    /// Switches features for tenants, declines requests for them, and rolls features out.
    ChangeFeatures: Changes, None;
    /// Finds out whose key a found text is, and switches it off.
    ContainKeys: Changes, None;
    /// Explains a request of any tenant by its id.
    ExplainRequests: Reads, None;
    /// The audit log of what staff did.
    ReadStaffLog: Reads, None;
    /// In that log also what operators did, and what happened to the installation.
    ReadInstallationLog: Reads, None;
    /// Makes, renames, suspends, resumes and deletes tenants, and makes links for their first admins.
    OverseeTenants: Changes, None;
    /// Makes, rotates and revokes verifiers.
    ChangeVerifiers: Changes, None;
}
