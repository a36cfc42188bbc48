//! Every form of the product, filled in rightly: what an attack would send.

use super::key_forms::life_of_a_key;
use super::support_forms::decisions;
use crate::support::*;

/// One form: the page that shows it, where it goes, and what is right in it apart from the token.
pub struct Try {
    pub route: &'static str,
    pub page: String,
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
}

/// Every form that somebody who is signed in, or nobody yet, can send.
pub fn tries(
    app: &App,
    revocable: &app::Issued,
    deletable: &app::Issued,
    recoverable: &app::Issued,
) -> Vec<Try> {
    let form = |route, page: &str, action: &str, fields: &[(&'static str, &str)]| Try {
        route,
        page: page.into(),
        action: action.into(),
        fields: fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
    };
    let (keys, groups) = ("/tenant-api-keys", "/authorization-groups");
    let link = app.setup_link.clone().unwrap_or_default();
    let link = link.strip_prefix(&app.base).unwrap_or_default().to_owned();
    let token = link.split("token=").nth(1).unwrap_or_default().to_owned();
    if !link.is_empty() {
        return vec![form(
            "/setup",
            &link,
            "/setup",
            &[
                ("token", &token),
                ("name", "Eve Evans"),
                ("email", "eve@x.test"),
                ("tenant", "Eve"),
                ("password", PASSWORD),
            ],
        )];
    }
    let mut forms = life_of_a_key(app);
    forms.extend([
        form(
            "/theme",
            keys,
            "/theme",
            &[("theme", "dark"), ("next", "/")],
        ),
        form(
            keys,
            keys,
            keys,
            &[
                ("name", "Planted"),
                ("environment", "live"),
                ("group", "Full access"),
            ],
        ),
        form(
            "/tenant-api-keys/validation",
            keys,
            "/tenant-api-keys/validation?fields=name",
            &[("name", "Planted"), ("environment", "live")],
        ),
        form(
            "/tenant-api-keys/edit-validation",
            keys,
            "/tenant-api-keys/edit-validation?fields=name",
            &[
                ("name", "Planted"),
                ("description", ""),
                ("group", "Full access"),
                ("ip_allowlist", ""),
                ("ip_allowlist_mode", "observe"),
                ("rate_limit", ""),
                ("rate_limit_per", "second"),
                ("rate_limit_burst", ""),
                ("version", &key_version(app, revocable)),
            ],
        ),
        form(
            "/tenant-api-keys/lookup",
            keys,
            "/tenant-api-keys/lookup",
            &[("key", &revocable.secret)],
        ),
        form(
            "/tenant-api-keys/search",
            keys,
            "/tenant-api-keys/search",
            &[("q", &revocable.secret)],
        ),
        form("/jump", keys, "/jump", &[("q", "revoc")]),
        form(
            "/tenant-api-keys/batch-plan",
            keys,
            "/tenant-api-keys/batch-plan",
            &[("change", "disable"), ("key", &revocable.id)],
        ),
        form(
            "/tenant-api-keys/batch",
            keys,
            "/tenant-api-keys/batch",
            &[("change", "disable"), ("key", &revocable.id)],
        ),
        form(
            "/tenant-api-keys/{id}/edit",
            keys,
            &revocable.page("edit"),
            &[
                ("name", "Planted"),
                ("description", ""),
                ("group", "Full access"),
                ("ip_allowlist", ""),
                ("ip_allowlist_mode", "observe"),
                ("rate_limit", ""),
                ("rate_limit_per", "second"),
                ("rate_limit_burst", ""),
                ("version", &key_version(app, revocable)),
            ],
        ),
        form(
            "/tenant-api-keys/{id}/allowlist",
            keys,
            &revocable.page("allowlist"),
            &[("step", "adopt")],
        ),
        form(
            "/tenant-api-keys/{id}/suspension",
            keys,
            &revocable.page("suspension"),
            &[],
        ),
        form(
            "/tenant-api-keys/{id}/suspension/removal",
            keys,
            &revocable.page("suspension/removal"),
            &[],
        ),
        form(
            "/tenant-api-keys/{id}/rotation",
            keys,
            &revocable.page("rotation"),
            &[
                ("grace", "24h"),
                ("expiry", "keep"),
                ("idempotency_key", &"1".repeat(64)),
            ],
        ),
        form(
            "/tenant-api-keys/{id}/rotation/extension",
            keys,
            &revocable.page("rotation/extension"),
            &[("grace", "7d")],
        ),
        form(
            "/tenant-api-keys/{id}/rotation/cancellation",
            keys,
            &revocable.page("rotation/cancellation"),
            &[],
        ),
        form(
            "/tenant-api-keys/{id}/rotation",
            keys,
            &revocable.page("rotation"),
            &[
                ("grace", "24h"),
                ("expiry", "keep"),
                ("idempotency_key", &"2".repeat(64)),
            ],
        ),
        form(
            "/tenant-api-keys/{id}/rotation/end",
            keys,
            &revocable.page("rotation/end"),
            &[],
        ),
        form(
            "/tenant-api-keys/{id}/revocation",
            keys,
            &revocable.page("revocation"),
            &[],
        ),
        form(
            "/tenant-api-keys/{id}/deletion",
            keys,
            &deletable.page("deletion"),
            &[],
        ),
        form(
            groups,
            groups,
            groups,
            &[("name", "Planted"), ("scopes", "a:b")],
        ),
        form(
            "/authorization-groups/{id}/edit",
            groups,
            &group_page(app, "Edited", "edit"),
            &[
                ("name", "Planted too"),
                ("scopes", "a:b"),
                ("version", &group_version(app, "Edited")),
            ],
        ),
        form(
            "/authorization-groups/{id}/deletion",
            groups,
            &group_page(app, "Deleted", "deletion"),
            &[],
        ),
        form(
            "/projects",
            "/projects",
            "/projects",
            &[("name", "Planted")],
        ),
        form(
            "/projects/{id}/edit",
            "/projects",
            &project_page(app, "Edited", "edit"),
            &[("name", "Planted too"), ("version", &project_version(app))],
        ),
        form(
            "/projects/{id}/archival",
            "/projects",
            &project_page(app, "Archived", "archival"),
            &[],
        ),
        form(
            "/projects/{id}/archival/removal",
            "/projects",
            &archived_project(app),
            &[],
        ),
        form(
            "/verifiers",
            "/verifiers",
            "/verifiers",
            &[("name", "Planted")],
        ),
        form(
            "/verifiers/{id}/rotation/end",
            "/verifiers",
            &verifier_page(app, "rotation/end"),
            &[("name", "Tests")],
        ),
        form(
            "/verifiers/{id}/rotation",
            "/verifiers",
            &verifier_page(app, "rotation"),
            &[("grace", "24h")],
        ),
        form(
            "/verifiers/{id}/revocation",
            "/verifiers",
            &verifier_page(app, "revocation"),
            &[("name", "Tests")],
        ),
        form(
            "/tenant-api-keys/{id}/disclosure",
            keys,
            &recoverable.page("disclosure"),
            &[("password", PASSWORD)],
        ),
        form("/settings", "/settings", "/settings", &[]),
    ]);
    forms.extend(decisions(app));
    forms.extend([
        form("/logout", keys, "/logout", &[]),
        super::csrf_members::acceptance(app),
        super::csrf_members::reset(app),
        super::support_forms::report(app),
        form(
            "/login/code",
            "/login",
            "/login/code",
            &[("code", "000000")],
        ),
        form(
            "/login",
            "/login",
            "/login",
            &[("email", BOB), ("password", PASSWORD), ("next", "")],
        ),
        // Last: what it begins writes to the audit log a moment later.
        form(
            "/password-reset/request",
            "/login",
            "/password-reset/request",
            &[("email", BOB)],
        ),
    ]);
    forms
}

/// Where a new group of Acme is edited or deleted.
pub fn group_page(app: &App, name: &str, verb: &str) -> String {
    app.add_group("Acme", name, "orders:read");
    format!("/authorization-groups/{}/{verb}", app.group("Acme", name))
}

/// What the form of a key shows.
fn key_version(app: &App, key: &app::Issued) -> String {
    keystead::actions::key_updates::version(&app.stored("Acme", key))
}

/// What the form of that group shows.
fn group_version(app: &App, name: &str) -> String {
    let acme = app.tenant("Acme");
    let group = app
        .db
        .read(|conn| keystead::db::groups::find(conn, acme, name, "group"));
    keystead::actions::groups::version(&group.unwrap())
}

/// Where a new project of Acme is changed.
pub fn project_page(app: &App, name: &str, verb: &str) -> String {
    format!("/projects/{}/{verb}", app.add_project("Acme", name))
}

/// Where an archived project of Acme is restored.
fn archived_project(app: &App) -> String {
    let page = project_page(app, "Restored", "archival/removal");
    app.sql("UPDATE projects SET archived_at = '2026-11-20 11:30:00' WHERE name = 'Restored'");
    page
}

/// What the form of the project to be edited shows.
fn project_version(app: &App) -> String {
    let acme = app.tenant("Acme");
    let all = app
        .db
        .read(|conn| keystead::db::projects::list(conn, acme))
        .unwrap();
    let edited = all.iter().find(|project| project.name == "Edited").unwrap();
    keystead::actions::projects::version(edited)
}

/// Where the verifier of the tests is rotated or revoked.
pub fn verifier_page(app: &App, rest: &str) -> String {
    let rows = app.db.read(keystead::db::verifiers::list).unwrap();
    format!("/verifiers/{}/{rest}", rows[0].id)
}
