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
/// A limit that was raised for a while fell back.
pub const LIMIT_ENDED: &str = "limit.ended";
/// Support set another plan.
pub const PLAN_CHANGED: &str = "plan.changed";
/// A tenant was suspended.
pub const TENANT_SUSPENDED: &str = "tenant.suspended";
/// A suspended tenant was resumed.
pub const TENANT_RESUMED: &str = "tenant.resumed";
/// The deletion of a tenant was scheduled.
pub const DELETION_SCHEDULED: &str = "tenant.deletion_scheduled";
/// A scheduled deletion was taken back.
pub const DELETION_TAKEN_BACK: &str = "tenant.deletion_taken_back";
/// Staff looked at the page of a tenant.
pub const TENANT_LOOKED_AT: &str = "tenant.looked_at";
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

/// Makes [`Event`] of the list: what the event tells, and the word kept in the audit log.
macro_rules! events {
    ($($(#[$doc:meta])+ $name:ident $(($detail:ty))?: $word:expr;)+) => {
        /// An event of the audit log.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Event {
            $($(#[$doc])+ $name $(($detail))?,)+
        }

        impl Event {
            /// The word kept in the audit log.
            pub fn action(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $word,)+
                }
            }
        }
    };
}

events! {
    /// An API key was generated.
    KeyCreated(Value): "key.created";
    /// An API key was changed; what changed, before and after.
    KeyUpdated(Value): "key.updated";
    /// An API key was revoked for good; with the reason.
    KeyRevoked(Value): "key.revoked";
    /// An API key was switched off.
    KeyDisabled: "key.disabled";
    /// An API key was found where it does not belong, and switched off; where, and by whom.
    KeyContained(Value): "key.contained";
    /// Support staff looked up whose key a text is.
    KeyLookedUp: "key.looked_up";
    /// Support staff explained a request that was made with a key; which, and how much was shown.
    RequestExplained(Value): "request.explained";
    /// An API key was switched on again.
    KeyEnabled: "key.enabled";
    /// An API key got another secret; with the grace and the last characters of both.
    KeyRotated(Value): "key.rotated";
    /// The end of an old secret was moved.
    KeyRotationExtended(Value): "key.rotation_extended";
    /// An old secret was ended before its time, or when it had fallen quiet.
    KeyRotationEnded(Value): "key.rotation_ended";
    /// A key went back to its old secret.
    KeyRotationCancelled(Value): "key.rotation_cancelled";
    /// A revoked key left the list.
    KeyDeleted: "key.deleted";
    /// An authorization group was made; with what it grants.
    GroupCreated(Value): "group.created";
    /// An authorization group was changed; what changed, before and after.
    GroupUpdated(Value): "group.updated";
    /// An authorization group was deleted; with what it granted.
    GroupDeleted(Value): "group.deleted";
    /// A project was made; with what it is.
    ProjectCreated(Value): "project.created";
    /// A project got another name or description; before and after.
    ProjectUpdated(Value): "project.updated";
    /// A project was put away.
    ProjectArchived: "project.archived";
    /// An archived project was taken up again.
    ProjectRestored: "project.restored";
    /// Projects get the organisation's credential from now on.
    IntegrationEnabled: "integration.enabled";
    /// Projects no longer get the organisation's credential; with the number of credentials destroyed.
    IntegrationDisabled(Value): "integration.disabled";
    /// A project refuses the organisation's credential from now on.
    IntegrationBlocked(Value): "integration.blocked";
    /// A project takes the organisation's credential again.
    IntegrationUnblocked(Value): "integration.unblocked";
    /// A third party's credential was kept.
    CredentialSaved(Value): "credential.saved";
    /// A credential was put in the place of another.
    CredentialMadeCurrent(Value): "credential.made_current";
    /// A provider refused a credential, as a system reports.
    CredentialRefused(Value): "credential.refused";
    /// A credential can't be opened: it was changed in the database.
    CredentialDamaged(Value): "credential.damaged";
    /// A credential was destroyed.
    CredentialRemoved(Value): "credential.removed";
    /// A system read a credential, of a tenant that wants that on record.
    CredentialRead(Value): "credential.read";
    /// A verifier was made.
    VerifierCreated: "verifier.created";
    /// A verifier was revoked for good.
    VerifierRevoked: "verifier.revoked";
    /// A verifier got another token; with the end and the last characters of the old one.
    VerifierRotated(Value): "verifier.rotated";
    /// The old tokens of a verifier were ended before their time.
    VerifierRotationEnded: "verifier.rotation_ended";
    /// A copy of the request log was taken; with the filter.
    UsageExported(Value): "usage.exported";
    /// A copy of the audit log was taken; with the filter.
    AuditExported(Value): "audit.exported";
    /// Keystead was set up, with the first super user.
    SystemSetUp: "system.set_up";
    /// A pepper was taken up for new keys.
    PepperRotated: "pepper.rotated";
    /// A pepper was given up, with the number of keys and verifiers that still needed it.
    PepperRetired(i64): "pepper.retired";
    /// A master key was taken up for what is encrypted.
    MasterKeyRotated: "master_key.rotated";
    /// A master key was given up.
    MasterKeyRetired: "master_key.retired";
    /// The database had been put back to an older state, and it was decided what becomes of what works again in it.
    DatabaseRestored(Value): "database.restored";
    /// A tenant was created.
    TenantCreated: "tenant.created";
    /// A tenant got another name; before and after.
    TenantRenamed(Value): "tenant.renamed";
    /// A tenant was suspended: none of its keys is accepted.
    TenantSuspended(Decision): TENANT_SUSPENDED;
    /// A suspended tenant was resumed.
    TenantResumed(Decision): TENANT_RESUMED;
    /// The deletion of a tenant was scheduled; until then it is suspended.
    TenantDeletionScheduled(Decision): DELETION_SCHEDULED;
    /// A scheduled deletion was taken back.
    TenantDeletionTakenBack(Decision): DELETION_TAKEN_BACK;
    /// A tenant was deleted with all that was its own; who decided that, when and why. It stands in the installation's log.
    TenantDeleted(Value): "tenant.deleted";
    /// Staff looked at the page of a tenant.
    TenantLookedAt: TENANT_LOOKED_AT;
    /// A person joined a tenant.
    MemberAdded(&'static str): "member.added";
    /// Somebody was asked to join a tenant; with the role.
    MemberInvited(Value): "member.invited";
    /// An invitation that had run out works again, or got another link.
    InvitationRenewed: "invitation.renewed";
    /// An invitation was taken back.
    InvitationWithdrawn: "invitation.withdrawn";
    /// A member got another role; before and after.
    MemberRoleChanged(Value): "member.role_changed";
    /// A person was taken out of a tenant, or left it; with the role they had.
    MemberRemoved(Value): "member.removed";
    /// A tenant asked for a higher limit.
    LimitRequested(Step): LIMIT_REQUESTED;
    /// A tenant took its request back.
    LimitWithdrawn(Step): LIMIT_WITHDRAWN;
    /// Somebody wrote about a request; with the words, or their beginning.
    LimitDiscussed(Value): "limit.discussed";
    /// Support declined a request.
    LimitDeclined(Step): LIMIT_DECLINED;
    /// Support set another limit.
    LimitChanged(Step): LIMIT_CHANGED;
    /// A limit that was raised for a while fell back.
    LimitEnded(Step): LIMIT_ENDED;
    /// Support staff asked to look at the tenant; why, and for how many minutes.
    SupportAccessAsked(Value): "support_access.asked";
    /// An admin lets them look; whom.
    SupportAccessGranted(Value): "support_access.granted";
    /// An admin does not.
    SupportAccessDeclined(Value): "support_access.declined";
    /// Somebody ended it before its time; whose look it was.
    SupportAccessEnded(Value): "support_access.ended";
    /// Support staff opened a page of the tenant; which.
    SupportPageSeen(Value): "support_access.page_seen";
    /// Support set another plan.
    PlanChanged(Decision): PLAN_CHANGED;
    /// Support switched a feature for a tenant, or left it to the percentage.
    AccessSwitched(Decision): ACCESS_SWITCHED;
    /// A tenant asked for a feature.
    AccessRequested(Decision): ACCESS_REQUESTED;
    /// A tenant took that back.
    AccessWithdrawn(Decision): ACCESS_WITHDRAWN;
    /// Support declined such a request.
    AccessDeclined(Decision): ACCESS_DECLINED;
    /// A tenant got the feature that it asked for.
    AccessGranted(Decision): ACCESS_GRANTED;
    /// Support set the part of the tenants that has a feature.
    RolloutChanged(Decision): "rollout.changed";
    /// Settings of a tenant were changed; before and after.
    SettingsChanged(Value): "settings.changed";
    /// A sealed copy of a key's secret was kept, to be shown again.
    KeySealed: "key.sealed";
    /// A key's secret was shown again.
    KeySecretRevealed: "key.secret_revealed";
    /// Someone asked for a secret without the right password.
    KeySecretRefused: "key.secret_refused";
    /// The sealed copy of a key's secret can't be opened: it was damaged, or is another key's.
    KeySecretDamaged: "key.secret_damaged";
    /// A person joined the support staff.
    SupportAdded: "support.added";
    /// A person changed their name; before and after.
    PersonRenamed(Value): "person.renamed";
    /// A person signs in with another address; before and after.
    EmailChanged(Value): "person.email_changed";
    /// A person chose another password.
    PasswordChanged: "person.password_changed";
    /// Somebody made a link by which a person can choose another password.
    ResetLinkMade: "person.reset_link_made";
    /// Somebody who can't sign in asked for such a link by mail.
    ResetLinkAsked: "person.reset_link_asked";
    /// A message could not be sent; what it was about, and why.
    MailGivenUp(Value): "mail.given_up";
    /// A person chose another password by such a link.
    PasswordReset: "person.password_reset";
    /// A person needs a second factor to sign in from now on.
    SecondFactorOn: "person.second_factor_on";
    /// A person signs in without a second factor from now on.
    SecondFactorOff: "person.second_factor_off";
    /// A person got new recovery codes; the old ones are worth nothing.
    RecoveryCodesRenewed: "person.recovery_codes_renewed";
    /// A recovery code was used; with the number of those left.
    RecoveryCodeUsed(usize): "person.recovery_code_used";
    /// Someone with the right password gave a wrong code.
    CodeRefused: "person.code_refused";
    /// A person ended their other sessions.
    SessionsEnded: "session.others_ended";
    /// Somebody known asked for what they may not do.
    PermissionRefused(Value): "permission.refused";
    /// A person ended one of their sessions elsewhere.
    SessionEndedElsewhere: "session.ended_elsewhere";
    /// Someone signed in.
    SignedIn: "session.created";
    /// A sign-in was refused.
    SignInRefused: "session.refused";
    /// Someone signed out.
    SignedOut: "session.ended";
}

impl Event {
    /// Particulars beside the object, as JSON.
    pub fn detail(&self) -> Value {
        match self {
            Self::LimitRequested(step)
            | Self::LimitWithdrawn(step)
            | Self::LimitDeclined(step)
            | Self::LimitChanged(step)
            | Self::LimitEnded(step) => step.detail(),
            Self::PlanChanged(decision)
            | Self::TenantSuspended(decision)
            | Self::TenantResumed(decision)
            | Self::TenantDeletionScheduled(decision)
            | Self::TenantDeletionTakenBack(decision)
            | Self::AccessSwitched(decision)
            | Self::AccessRequested(decision)
            | Self::AccessWithdrawn(decision)
            | Self::AccessDeclined(decision)
            | Self::AccessGranted(decision)
            | Self::RolloutChanged(decision) => decision.detail(),
            Self::MemberAdded(role) => json!({ "role": role }),
            Self::RecoveryCodeUsed(left) => json!({ "left": left }),
            Self::PepperRetired(stopped) => json!({ "stopped": stopped }),
            _ => self.value().cloned().unwrap_or_else(|| json!({})),
        }
    }

    /// The particulars of those that bring them as they are kept.
    fn value(&self) -> Option<&Value> {
        match self {
            Self::KeyCreated(detail)
            | Self::KeyUpdated(detail)
            | Self::KeyRevoked(detail)
            | Self::KeyContained(detail)
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
            | Self::CredentialRead(detail)
            | Self::CredentialRefused(detail)
            | Self::CredentialDamaged(detail)
            | Self::UsageExported(detail)
            | Self::MemberInvited(detail)
            | Self::PersonRenamed(detail)
            | Self::EmailChanged(detail)
            | Self::DatabaseRestored(detail)
            | Self::TenantRenamed(detail)
            | Self::TenantDeleted(detail)
            | Self::MemberRoleChanged(detail)
            | Self::MemberRemoved(detail)
            | Self::AuditExported(detail)
            | Self::PermissionRefused(detail)
            | Self::MailGivenUp(detail)
            | Self::LimitDiscussed(detail)
            | Self::RequestExplained(detail)
            | Self::SupportAccessAsked(detail)
            | Self::SupportAccessGranted(detail)
            | Self::SupportAccessDeclined(detail)
            | Self::SupportAccessEnded(detail)
            | Self::SupportPageSeen(detail)
            | Self::SettingsChanged(detail) => Some(detail),
            _ => None,
        }
    }
}
