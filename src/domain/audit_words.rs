//! What the audit log says in words.

/// The word of an action and what it says to people; `{}` stands for the name of the object.
pub const WORDS: &[(&str, &str)] = &[
    ("key.created", "Generated key {}"),
    ("key.updated", "Changed key {}"),
    ("key.revoked", "Revoked key {}"),
    ("key.disabled", "Disabled key {}"),
    ("key.contained", "Switched off leaked key {}"),
    ("key.looked_up", "Looked up key {}"),
    ("request.explained", "Explained a request of key {}"),
    ("key.enabled", "Enabled key {}"),
    ("key.rotated", "Rotated key {}"),
    ("key.rotation_extended", "Extended the rotation of key {}"),
    ("key.rotation_ended", "Ended the old secret of key {}"),
    ("key.rotation_cancelled", "Cancelled the rotation of key {}"),
    ("key.deleted", "Deleted key {}"),
    ("key.sealed", "Kept a sealed copy of the secret of key {}"),
    ("key.secret_revealed", "Showed the secret of key {} again"),
    (
        "key.secret_refused",
        "Gave a wrong password for the secret of key {}",
    ),
    (
        "key.secret_damaged",
        "Found damage in the sealed secret of key {}",
    ),
    ("group.created", "Created group {}"),
    ("group.updated", "Changed group {}"),
    ("group.deleted", "Deleted group {}"),
    ("project.created", "Created project {}"),
    ("project.updated", "Changed project {}"),
    ("project.archived", "Archived project {}"),
    ("project.restored", "Restored project {}"),
    ("integration.enabled", "Switched on integration {}"),
    ("integration.disabled", "Switched off integration {}"),
    (
        "integration.blocked",
        "Blocked integration {} for a project",
    ),
    (
        "integration.unblocked",
        "Unblocked integration {} for a project",
    ),
    ("credential.saved", "Saved a credential of {}"),
    ("credential.made_current", "Made a credential current of {}"),
    ("credential.read", "Gave out a credential of {}"),
    ("credential.refused", "Reported a refused credential of {}"),
    ("credential.damaged", "Found damage in a credential of {}"),
    ("credential.removed", "Destroyed a credential of {}"),
    ("verifier.created", "Created verifier {}"),
    ("verifier.revoked", "Revoked verifier {}"),
    ("verifier.rotated", "Rotated verifier {}"),
    (
        "verifier.rotation_ended",
        "Ended the old tokens of verifier {}",
    ),
    ("usage.exported", "Exported the request log"),
    ("audit.exported", "Exported the audit log"),
    ("system.set_up", "Set up Keystead with {}"),
    ("pepper.rotated", "Took up {}"),
    ("pepper.retired", "Retired {}"),
    ("master_key.rotated", "Took up {}"),
    ("master_key.retired", "Retired {}"),
    (
        "database.restored",
        "Decided on what a restored database brought back",
    ),
    ("tenant.created", "Created tenant {}"),
    ("tenant.renamed", "Renamed tenant {}"),
    ("tenant.suspended", "Suspended tenant {}"),
    ("tenant.resumed", "Resumed tenant {}"),
    (
        "tenant.deletion_scheduled",
        "Scheduled the deletion of tenant {}",
    ),
    (
        "tenant.deletion_taken_back",
        "Took back the deletion of tenant {}",
    ),
    ("tenant.deleted", "Deleted tenant {}"),
    ("tenant.looked_at", "Looked at tenant {}"),
    ("member.added", "Added member {}"),
    ("member.invited", "Invited {}"),
    ("member.role_changed", "Changed the role of {}"),
    ("member.removed", "Removed member {}"),
    ("invitation.renewed", "Renewed the invitation of {}"),
    ("invitation.withdrawn", "Withdrew the invitation of {}"),
    ("person.renamed", "Changed the name of {}"),
    ("person.email_changed", "Changed the email of {}"),
    ("person.password_changed", "Changed the password of {}"),
    (
        "person.reset_link_asked",
        "Asked by mail for a new password for {}",
    ),
    (
        "person.reset_link_made",
        "Made a link for another password of {}",
    ),
    ("person.password_reset", "Reset the password of {}"),
    ("person.second_factor_on", "Set up the second factor of {}"),
    (
        "person.second_factor_off",
        "Switched off the second factor of {}",
    ),
    (
        "person.recovery_codes_renewed",
        "Renewed the recovery codes of {}",
    ),
    ("person.recovery_code_used", "Used a recovery code of {}"),
    ("person.code_refused", "Gave a wrong code for {}"),
    ("limit.requested", "Asked for a higher key limit"),
    (
        "limit.withdrawn",
        "Withdrew the request for a higher key limit",
    ),
    (
        "limit.discussed",
        "Wrote about the request for a higher key limit",
    ),
    ("limit.declined", "Declined a higher key limit"),
    ("limit.changed", "Changed the key limit"),
    ("limit.ended", "Let the key limit fall back"),
    ("support_access.asked", "Asked to look at the tenant"),
    ("support_access.granted", "Let support look at the tenant"),
    (
        "support_access.declined",
        "Did not let support look at the tenant",
    ),
    ("support_access.ended", "Ended the look of support"),
    ("support_access.page_seen", "Looked at a page"),
    ("plan.changed", "Changed the plan"),
    ("access.switched", "Switched a feature"),
    ("access.requested", "Asked for a feature"),
    ("access.withdrawn", "Withdrew the request for a feature"),
    ("access.declined", "Declined a feature"),
    ("access.granted", "Granted a feature"),
    ("rollout.changed", "Changed the roll-out of {}"),
    ("settings.changed", "Changed the settings"),
    ("support.added", "Added {} to the support staff"),
    ("permission.refused", "Was not allowed: {}"),
    ("mail.given_up", "Could not send mail to {}"),
    ("session.created", "Signed in"),
    ("session.refused", "Was refused at sign-in"),
    ("session.ended", "Signed out"),
    ("session.ended_elsewhere", "Ended a session elsewhere"),
    ("session.others_ended", "Ended all other sessions"),
];

/// What is said of an action; the word itself where a later Keystead wrote it.
pub fn words(action: &str) -> &str {
    let found = WORDS.iter().find(|(word, _)| *word == action);
    found.map_or(action, |(_, said)| *said)
}

/// The sentence without the name, for a choice among actions: "Revoked key".
pub fn label(said: &str) -> String {
    let bare = said.replace("{}", "");
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}
