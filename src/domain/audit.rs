//! What the audit log can say. Details never hold a secret.

use serde_json::{Value, json};

use super::decision::Decision;
use super::limits::Step;

/// A tenant asked for a higher limit.
pub const LIMIT_REQUESTED: &str = "limit.requested";
/// A tenant took its request back.
pub const LIMIT_WITHDRAWN: &str = "limit.withdrawn";
/// Support declined a request.
pub const LIMIT_DECLINED: &str = "limit.declined";
/// Support set another limit.
pub const LIMIT_CHANGED: &str = "limit.changed";
/// Support set another plan.
pub const PLAN_CHANGED: &str = "plan.changed";
/// Support switched a feature for a tenant.
pub const ACCESS_SWITCHED: &str = "access.switched";
/// A tenant asked for a feature.
pub const ACCESS_REQUESTED: &str = "access.requested";
/// A tenant took that back.
pub const ACCESS_WITHDRAWN: &str = "access.withdrawn";
/// Support declined such a request.
pub const ACCESS_DECLINED: &str = "access.declined";
/// A tenant got the feature that it asked for.
pub const ACCESS_GRANTED: &str = "access.granted";

/// An event of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// An API key was generated.
    KeyCreated(Value),
    /// An API key was changed; what changed, before and after.
    KeyUpdated(Value),
    /// An API key was revoked for good; with the reason.
    KeyRevoked(Value),
    /// An API key was switched off.
    KeyDisabled,
    /// An API key was switched on again.
    KeyEnabled,
    /// An API key got another secret; with the grace and the last characters of both.
    KeyRotated(Value),
    /// The end of an old secret was moved.
    KeyRotationExtended(Value),
    /// An old secret was ended before its time, or when it had fallen quiet.
    KeyRotationEnded(Value),
    /// A key went back to its old secret.
    KeyRotationCancelled(Value),
    /// A revoked key left the list.
    KeyDeleted,
    /// An authorization group was made; with what it grants.
    GroupCreated(Value),
    /// An authorization group was changed; what changed, before and after.
    GroupUpdated(Value),
    /// An authorization group was deleted; with what it granted.
    GroupDeleted(Value),
    /// A project was made; with what it is.
    ProjectCreated(Value),
    /// A project got another name or description; before and after.
    ProjectUpdated(Value),
    /// A project was put away.
    ProjectArchived,
    /// An archived project was taken up again.
    ProjectRestored,
    /// Projects get the organisation's credential from now on.
    IntegrationEnabled,
    /// Projects no longer get the organisation's credential; with the number of credentials destroyed.
    IntegrationDisabled(Value),
    /// A project refuses the organisation's credential from now on.
    IntegrationBlocked(Value),
    /// A project takes the organisation's credential again.
    IntegrationUnblocked(Value),
    /// A third party's credential was kept.
    CredentialSaved(Value),
    /// A credential was put in the place of another.
    CredentialMadeCurrent(Value),
    /// A provider refused a credential, as a system reports.
    CredentialRefused(Value),
    /// A credential can't be opened: it was changed in the database.
    CredentialDamaged(Value),
    /// A credential was destroyed.
    CredentialRemoved(Value),
    /// A verifier was made.
    VerifierCreated,
    /// A verifier was revoked for good.
    VerifierRevoked,
    /// A verifier got another token; with the end and the last characters of the old one.
    VerifierRotated(Value),
    /// The old tokens of a verifier were ended before their time.
    VerifierRotationEnded,
    /// A copy of the request log was taken; with the filter.
    UsageExported(Value),
    /// Keystead was set up, with the first super user.
    SystemSetUp,
    /// A pepper was taken up for new keys.
    PepperRotated,
    /// A pepper was given up, with the number of keys and verifiers that still needed it.
    PepperRetired(i64),
    /// A master key was taken up for what is encrypted.
    MasterKeyRotated,
    /// A master key was given up.
    MasterKeyRetired,
    /// A tenant was created.
    TenantCreated,
    /// A person joined a tenant.
    MemberAdded(&'static str),
    /// A tenant asked for a higher limit.
    LimitRequested(Step),
    /// A tenant took its request back.
    LimitWithdrawn(Step),
    /// Support declined a request.
    LimitDeclined(Step),
    /// Support set another limit.
    LimitChanged(Step),
    /// Support set another plan.
    PlanChanged(Decision),
    /// Support switched a feature for a tenant, or left it to the percentage.
    AccessSwitched(Decision),
    /// A tenant asked for a feature.
    AccessRequested(Decision),
    /// A tenant took that back.
    AccessWithdrawn(Decision),
    /// Support declined such a request.
    AccessDeclined(Decision),
    /// A tenant got the feature that it asked for.
    AccessGranted(Decision),
    /// Support set the part of the tenants that has a feature.
    RolloutChanged(Decision),
    /// Settings of a tenant were changed; before and after.
    SettingsChanged(Value),
    /// A sealed copy of a key's secret was kept, to be shown again.
    KeySealed,
    /// A key's secret was shown again.
    KeySecretRevealed,
    /// Someone asked for a secret without the right password.
    KeySecretRefused,
    /// The sealed copy of a key's secret can't be opened: it was damaged, or is another key's.
    KeySecretDamaged,
    /// A person joined the support staff.
    SupportAdded,
    /// Someone signed in.
    SignedIn,
    /// A sign-in was refused.
    SignInRefused,
    /// Someone signed out.
    SignedOut,
}

impl Event {
    /// The word kept in the audit log.
    pub fn action(&self) -> &'static str {
        match self {
            Self::KeyCreated(_) => "key.created",
            Self::KeyUpdated(_) => "key.updated",
            Self::KeyRevoked(_) => "key.revoked",
            Self::KeyDisabled => "key.disabled",
            Self::KeyEnabled => "key.enabled",
            Self::KeyRotated(_) => "key.rotated",
            Self::KeyRotationExtended(_) => "key.rotation_extended",
            Self::KeyRotationEnded(_) => "key.rotation_ended",
            Self::KeyRotationCancelled(_) => "key.rotation_cancelled",
            Self::KeyDeleted => "key.deleted",
            Self::GroupCreated(_) => "group.created",
            Self::GroupUpdated(_) => "group.updated",
            Self::GroupDeleted(_) => "group.deleted",
            Self::ProjectCreated(_) => "project.created",
            Self::ProjectUpdated(_) => "project.updated",
            Self::ProjectArchived => "project.archived",
            Self::ProjectRestored => "project.restored",
            Self::IntegrationEnabled => "integration.enabled",
            Self::IntegrationDisabled(_) => "integration.disabled",
            Self::IntegrationBlocked(_) => "integration.blocked",
            Self::IntegrationUnblocked(_) => "integration.unblocked",
            Self::CredentialSaved(_) => "credential.saved",
            Self::CredentialMadeCurrent(_) => "credential.made_current",
            Self::CredentialRefused(_) => "credential.refused",
            Self::CredentialDamaged(_) => "credential.damaged",
            Self::CredentialRemoved(_) => "credential.removed",
            Self::VerifierCreated => "verifier.created",
            Self::VerifierRevoked => "verifier.revoked",
            Self::VerifierRotated(_) => "verifier.rotated",
            Self::VerifierRotationEnded => "verifier.rotation_ended",
            Self::UsageExported(_) => "usage.exported",
            Self::SystemSetUp => "system.set_up",
            Self::PepperRotated => "pepper.rotated",
            Self::PepperRetired(_) => "pepper.retired",
            Self::MasterKeyRotated => "master_key.rotated",
            Self::MasterKeyRetired => "master_key.retired",
            Self::TenantCreated => "tenant.created",
            Self::MemberAdded(_) => "member.added",
            Self::LimitRequested(_) => LIMIT_REQUESTED,
            Self::LimitWithdrawn(_) => LIMIT_WITHDRAWN,
            Self::LimitDeclined(_) => LIMIT_DECLINED,
            Self::LimitChanged(_) => LIMIT_CHANGED,
            Self::PlanChanged(_) => PLAN_CHANGED,
            Self::AccessSwitched(_) => ACCESS_SWITCHED,
            Self::AccessRequested(_) => ACCESS_REQUESTED,
            Self::AccessWithdrawn(_) => ACCESS_WITHDRAWN,
            Self::AccessDeclined(_) => ACCESS_DECLINED,
            Self::AccessGranted(_) => ACCESS_GRANTED,
            Self::RolloutChanged(_) => "rollout.changed",
            Self::SettingsChanged(_) => "settings.changed",
            Self::KeySealed => "key.sealed",
            Self::KeySecretRevealed => "key.secret_revealed",
            Self::KeySecretRefused => "key.secret_refused",
            Self::KeySecretDamaged => "key.secret_damaged",
            Self::SupportAdded => "support.added",
            Self::SignedIn => "session.created",
            Self::SignInRefused => "session.refused",
            Self::SignedOut => "session.ended",
        }
    }

    /// Particulars beside the object, as JSON.
    pub fn detail(&self) -> Value {
        match self {
            Self::KeyCreated(detail)
            | Self::KeyUpdated(detail)
            | Self::KeyRevoked(detail)
            | Self::KeyRotated(detail)
            | Self::KeyRotationExtended(detail)
            | Self::KeyRotationEnded(detail)
            | Self::KeyRotationCancelled(detail)
            | Self::VerifierRotated(detail)
            | Self::GroupCreated(detail)
            | Self::GroupUpdated(detail)
            | Self::GroupDeleted(detail)
            | Self::ProjectCreated(detail)
            | Self::ProjectUpdated(detail)
            | Self::IntegrationDisabled(detail)
            | Self::IntegrationBlocked(detail)
            | Self::IntegrationUnblocked(detail)
            | Self::CredentialSaved(detail)
            | Self::CredentialMadeCurrent(detail)
            | Self::CredentialRemoved(detail)
            | Self::CredentialRefused(detail)
            | Self::CredentialDamaged(detail)
            | Self::UsageExported(detail)
            | Self::SettingsChanged(detail) => detail.clone(),
            Self::LimitRequested(step)
            | Self::LimitWithdrawn(step)
            | Self::LimitDeclined(step)
            | Self::LimitChanged(step) => step.detail(),
            Self::PlanChanged(decision)
            | Self::AccessSwitched(decision)
            | Self::AccessRequested(decision)
            | Self::AccessWithdrawn(decision)
            | Self::AccessDeclined(decision)
            | Self::AccessGranted(decision)
            | Self::RolloutChanged(decision) => decision.detail(),
            Self::MemberAdded(role) => json!({ "role": role }),
            Self::PepperRetired(stopped) => json!({ "stopped": stopped }),
            _ => json!({}),
        }
    }
}
