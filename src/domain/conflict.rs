//! The list of conflicts: why the state of a thing does not allow a change.
//!
//! The API answers 409 with code and sentence, pages with the sentence alone. Those about peppers and master keys and the last two are
//! read at the shell. The page of the API explains those that the API can answer.

use std::fmt;

use super::numbers::Count;
use super::{group, integration, project};

/// Makes [`Conflict`] of the list: what the sentence mentions, the word for machines, the sentence for people.
macro_rules! conflicts {
    ($($(#[$doc:meta])+ $name:ident $(($($part:ident: $type:ty),+))?: $code:literal, $sentence:literal;)+) => {
        /// Why a change is not possible as things are.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Conflict {
            $($(#[$doc])+ $name $(($($type),+))?,)+
        }

        impl Conflict {
            /// The word for machines; it never changes.
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $code,)+
                }
            }
        }

        /// The sentence for people.
        impl fmt::Display for Conflict {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name $(($($part),+))? => write!(f, $sentence),)+
                }
            }
        }
    };
}

conflicts! {
    /// The key was revoked.
    KeyRevoked: "key-revoked", "This key was revoked for good; nothing about it can be changed. Generate another one instead.";
    /// The key is not what the form showed.
    KeyChanged: "key-changed", "This key was changed while you were editing it. Nothing was saved. Look at what changed, then save again.";
    /// The key is not revoked, so it stays on the list.
    KeyNotRevoked: "key-not-revoked", "Only a revoked key can be deleted. Revoke it first.";
    /// The tenant has as many keys as it may have.
    KeyLimitReached(limit: Count): "key-limit-reached",
        "This tenant has reached its limit of {limit} API keys. Revoke a key you no longer need, or have an admin request a \
         higher limit.";
    /// An older secret of the key still works.
    RotationRunning: "rotation-running",
        "A rotation of this key is still running: finish or cancel it first, or rotate without a grace, which ends every \
         older secret.";
    /// The key has one secret.
    NoRotationRunning: "no-rotation-running", "No rotation of this key is running any more: it has one secret. Look at the key again.";
    /// The same idempotency key, for something else.
    IdempotencyKeyReused: "idempotency-key-reused",
        "This form or Idempotency-Key was sent before, and asked for something else. Check what you ask for, then send it \
         again under a new one.";
    /// The same idempotency key, at the same moment.
    IdempotencyKeyInUse: "idempotency-key-in-use",
        "Another request with the same Idempotency-Key is under way. Send it again to get its key.";
    /// The key's allowlist is not observed.
    NotObserved: "not-observed", "The list is not observed any more. Look at the key again.";
    /// There is no sealed copy of the key's secret.
    NotRecoverable: "not-recoverable",
        "No copy of this key's secret is kept, so it can't be shown again. Rotate the key to get another secret.";
    /// The sealed copy of the key's secret can't be opened.
    SealedCopyDamaged: "sealed-copy-damaged",
        "The copy of this secret was damaged and can't be opened; tell your operator. The key itself still works.";
    /// Sealed copies would be destroyed, and nobody confirmed that.
    CopiesKept: "copies-kept", "Sealed copies of secrets are kept. Read how many are destroyed, then confirm it.";
    /// The group is one that every tenant has.
    GroupBuiltIn: "group-built-in", "This group is built in: every tenant has it as it is. Make a group of your own.";
    /// The group is not what was read.
    GroupChanged: "group-changed", "This group was changed while you were editing it. Nothing was saved. Look at it again, then save.";
    /// Keys use the group; see [`Conflict::group_in_use`].
    GroupInUse(keys_use: String, them: &'static str): "group-in-use",
        "{keys_use} this group. Give {them} another group or revoke {them} first.";
    /// The tenant has as many groups as it may have.
    GroupLimitReached(most: i64): "group-limit-reached", "A tenant can have {most} authorization groups. Delete one first.";
    /// The project is not what was read.
    ProjectChanged: "project-changed",
        "This project was changed while you were editing it. Nothing was saved. Look at it again, then save.";
    /// The tenant has as many projects as it may have.
    ProjectLimitReached(most: i64): "project-limit-reached",
        "A tenant can have {most} projects, archived ones included. Restore one that is archived and give it another name.";
    /// The project is put away.
    ProjectArchived: "project-archived", "This project is archived. Restore it first.";
    /// There is nothing that the switch could hand out.
    NoCredential: "no-credential", "There is no credential that projects could get. Save one first; that switches the integration on.";
    /// Neither the project nor the organisation has a credential that applies.
    CredentialNotSet: "credential-not-set",
        "No credential applies: neither this project nor the organisation has one. Save one on the page Integrations.";
    /// The project has none of its own, and does not take the organisation's.
    CredentialBlocked: "credential-blocked",
        "No credential applies: this project has none of its own, and does not take the organisation's.";
    /// The integration has as many credentials as it may have.
    CredentialLimitReached(most: usize): "credential-limit-reached",
        "An integration can keep {most} credentials at one place. Remove one first.";
    /// The secret of a replaced credential is destroyed, or about to be.
    GoingBackIsOver: "going-back-is-over",
        "Another credential took the place of this one more than 24 hours ago, so one can't go back to it. Save it again.";
    /// The tenant has the highest limit that there is.
    HighestLimit(most: Count): "highest-limit", "{most} keys is the highest limit there is. Revoke keys that are no longer needed.";
    /// The tenant asks for no higher limit, or no longer.
    NoLimitRequest: "no-limit-request", "This request is no longer open: it was answered or withdrawn meanwhile.";
    /// The tenant asks for something else than was read.
    LimitRequestChanged: "limit-request-changed",
        "The tenant changed its request meanwhile. Nothing was saved; read it again.";
    /// What was read is not asked for any more.
    LimitRequestClosed: "limit-request-closed",
        "The tenant's request is no longer open. Nothing was saved; look again.";
    /// The tenant asks for no feature, or no longer.
    NoAccessRequest: "no-access-request", "This request is no longer open: it was answered or withdrawn meanwhile.";
    /// The tenant asks for a feature that it has.
    AccessAvailable: "access-available", "Your organization has Integrations control already.";
    /// What support decides about is no longer as it was read.
    ChangedMeanwhile: "changed-meanwhile",
        "This was changed meanwhile. Nothing was saved; look at it as it is now, and decide again.";
    /// A tenant stays suspended until its end.
    DeletionScheduled: "deletion-scheduled",
        "This tenant is scheduled for deletion. To resume it, a super user takes the deletion back.";
    /// Only a super user or the operator changes something of the tenant.
    TenantSuspended: "tenant-suspended",
        "This tenant is suspended: nothing in it can be changed until your operator resumes it. Nothing is lost, and you \
         can read everything.";
    /// Nobody would be left who invites people and changes keys.
    LastAdmin: "last-admin", "A tenant needs an admin. Make somebody else Tenant admin first.";
    /// Whoever runs the installation is not in the tenant's hands.
    RunsKeystead: "runs-keystead", "This person runs Keystead here. Only the operator at the shell can change what they are.";
    /// Another tenant trusts the person too.
    BelongsElsewhere: "belongs-elsewhere",
        "This person is in another tenant too, so only the operator can help, with keystead user at the shell.";
    /// A second factor is set up once, and replaced after it was switched off.
    SecondFactorOn: "second-factor-on", "You have a second factor already. To use another app, switch it off first.";
    /// There is none to ask for.
    NoSecondFactor: "no-second-factor", "There is no second factor any more. Look at the page again.";
    /// The secret that was being set up is no longer kept.
    SetupOver: "setup-over", "This took longer than ten minutes, or was begun anew elsewhere. Begin again.";
    /// The person is a member already.
    AlreadyMember: "already-member", "This person is a member already. Sign in instead.";
    /// Staff sees all tenants, so they belong to none.
    StaffJoinsNoTenant: "staff-joins-no-tenant",
        "This address belongs to Keystead's support staff, who join no tenant. Ask for an invitation to another address.";
    /// The verifier was revoked.
    VerifierRevoked: "verifier-revoked",
        "This verifier was revoked for good. Create another one for its system.";
    /// The database knows this pepper, or a later one.
    PepperNotNewer(version: i32): "pepper-not-newer", "pepper {version} is in use already, or was";
    /// The pepper is not in use.
    PepperNotInUse(version: i32): "pepper-not-in-use", "pepper {version} is not in use";
    /// New keys are kept under this pepper.
    PepperIsNewest(version: i32): "pepper-is-newest",
        "pepper {version} is the newest, under which new keys are kept; make another with `keystead pepper rotate` first";
    /// What still needs this pepper, as subject and verb.
    PepperInNeed(they_need: String, version: i32): "pepper-in-need",
        "{they_need} pepper {version} (`keystead pepper status --list` names them): each moves when it is used next. Wait, \
         revoke or replace them; or add --force, and they stop working";
    /// The database knows this master key, or a later one.
    MasterKeyNotNewer(version: i32): "master-key-not-newer", "master key {version} is in use already, or was";
    /// The master key is not in use.
    MasterKeyNotInUse(version: i32): "master-key-not-in-use", "master key {version} is not in use";
    /// New secrets are encrypted under this master key.
    MasterKeyIsNewest(version: i32): "master-key-is-newest",
        "master key {version} is the newest, under which secrets are encrypted; make another with `keystead master-key \
         rotate` first";
    /// What still needs this master key.
    MasterKeyInNeed(what: String, version: i32): "master-key-in-need",
        "{what} still need master key {version}; `keystead master-key rotate` moves them to the newest";
    /// Several tenants have this name.
    AmbiguousTenant: "ambiguous-tenant", "several tenants have this name; use the tenant's id";
    /// The database has keys already.
    NotEmpty: "not-empty", "this database is in use; seed an empty one";
}

impl Conflict {
    /// So many keys use a group.
    pub fn group_in_use(keys: i64) -> Self {
        match keys {
            1 => Self::GroupInUse("1 key uses".into(), "it"),
            _ => Self::GroupInUse(format!("{} keys use", Count(keys)), "them"),
        }
    }

    /// Those that the API can answer.
    pub fn of_api() -> Vec<Self> {
        vec![
            Self::KeyLimitReached(Count(0)),
            Self::KeyRevoked,
            Self::RotationRunning,
            Self::NoRotationRunning,
            Self::IdempotencyKeyInUse,
            Self::IdempotencyKeyReused,
            Self::GroupBuiltIn,
            Self::GroupChanged,
            Self::group_in_use(0),
            Self::GroupLimitReached(group::MOST),
            Self::ProjectLimitReached(project::MOST),
            Self::ProjectArchived,
            Self::NoCredential,
            Self::CredentialNotSet,
            Self::CredentialBlocked,
            Self::CredentialLimitReached(integration::MOST),
            Self::GoingBackIsOver,
        ]
    }

    /// What it means, to who reads about the API: the sentence, but for numbers that nobody has yet.
    pub fn explained(&self) -> String {
        match self {
            Self::KeyLimitReached(_) => {
                "The tenant has as many keys as it may have. Revoke one that is no longer needed, or have the limit raised."
                    .into()
            }
            Self::GroupInUse(..) => {
                "Keys use this group. Give them another group or revoke them first.".into()
            }
            other => other.to_string(),
        }
    }
}
