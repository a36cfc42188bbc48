//! The forms of the support view, and those by which tenants ask, for the attacks on every form.

use super::csrf_forms::Try;
use crate::support::*;

/// What support decides about Acme, and what Acme asks for, in an order in which each is possible.
pub fn decisions(app: &App) -> Vec<Try> {
    let form = |route: &'static str, fields: &[(&'static str, &str)]| Try {
        route,
        page: "/tenant-api-keys".into(),
        action: route.replace("{id}", &app.tenant("Acme").to_string()),
        fields: fields.iter().map(|one| (one.0, one.1.into())).collect(),
    };
    let asked = open_request(app);
    let wanted = app.open_access_request("Acme");
    let access = app.access_version("Acme");
    let reason = ("reason", "Planted");
    let (found, acme) = (app.issue("Acme", "Found"), app.tenant("Acme").to_string());
    let suspended = keystead::domain::time::rfc3339(app.clock.now());
    let request = recorded(app, &found.id);
    let due = app.clock.now() + chrono::TimeDelta::days(30);
    let going = format!("{suspended} {}", keystead::domain::time::rfc3339(due));
    let mut all = answers(app);
    all.extend([
        form(
            "/support/tenants/{id}/limit-request",
            &[("words", "Which plants?")],
        ),
        form(
            "/tenant-api-keys/limit-request/messages",
            &[("words", "Planted")],
        ),
        form(
            "/support/tenants/{id}/limit-refusal",
            &[("asked", &asked), reason],
        ),
        form(
            "/support/tenants/{id}/limit",
            &[("shown", "10"), ("limit", "30"), reason],
        ),
        form(
            "/support/tenants/{id}/access",
            &[("shown", &access), ("choice", "off"), reason],
        ),
        form(
            "/support/tenants/{id}/access-refusal",
            &[("shown", &wanted), reason],
        ),
        form("/integrations/access-request", &[reason]),
        form("/integrations/access-request/withdrawal", &[]),
        form(
            "/support/rollouts",
            &[("shown", "0"), ("percentage", "50"), reason],
        ),
        form(
            "/support/tenants/{id}/plan",
            &[("shown", "Enterprise"), ("choice", "Standard"), reason],
        ),
        form(
            "/support/tenants",
            &[
                ("name", "Planted"),
                ("plan", "Standard"),
                ("limit", "10"),
                ("email", "planted@x.test"),
            ],
        ),
        Try {
            route: "/support/tenants/{id}/first-link",
            page: "/tenant-api-keys".into(),
            action: format!("/support/tenants/{}/first-link", app.add_tenant("Initech")),
            fields: Vec::new(),
        },
        form(
            "/support/tenants/{id}/name",
            &[("shown", "Acme"), ("name", "ACME")],
        ),
        form(
            "/support/tenants/{id}/suspension",
            &[("shown", "active"), reason],
        ),
        form(
            "/support/tenants/{id}/suspension/removal",
            &[("shown", &suspended), reason],
        ),
        form(
            "/support/tenants/{id}/deletion",
            &[("shown", "active kept"), ("choice", "ACME"), reason],
        ),
        form(
            "/support/tenants/{id}/deletion/removal",
            &[("shown", &going), reason],
        ),
        form("/tenant-api-keys/limit-request", &[("limit", "40"), reason]),
        form("/tenant-api-keys/limit-request/withdrawal", &[]),
        form("/support/explain", &[("request", &request)]),
        form("/support/leaked-keys", &[("key", &found.secret)]),
        form(
            "/support/leaked-keys/containment",
            &[("tenant", &acme), ("id", &found.id), reason],
        ),
    ]);
    all
}

/// Sam's own way to the pages of Acme, which is open to them alone.
pub fn looks(app: &App) -> Vec<Try> {
    app.sam_asks(true);
    let acme = app.tenant("Acme").to_string();
    let form = |route: &'static str, fields: Vec<(&'static str, String)>| Try {
        route,
        page: "/support/tenants".into(),
        action: route.replace("{id}", &acme),
        fields,
    };
    let reason = vec![("reason", "Planted".into())];
    vec![
        form("/support/tenants/{id}/look", reason),
        form("/support/tenants/{id}/look/entry", vec![]),
        form("/support/tenants/{id}/look/removal", vec![]),
    ]
}

/// Acme answers Sam.
fn answers(app: &App) -> Vec<Try> {
    let form = |route: &'static str, granted| Try {
        route,
        page: "/tenant-api-keys".into(),
        action: route.replace("{id}", &app.sam_asks(granted)),
        fields: vec![],
    };
    vec![
        form("/support-access/{id}/grant", false),
        form("/support-access/{id}/refusal", false),
        form("/support-access/{id}/removal", true),
    ]
}

/// The id of a request that was made with a key of Acme.
fn recorded(app: &App, key: &str) -> String {
    let (acme, now) = (app.tenant("Acme"), app.clock.now());
    let id = keystead::domain::request_id::RequestId::next(now).to_string();
    let at = now.timestamp_micros();
    app.sql(&format!(
        "INSERT INTO request_records (id, tenant_id, key_id, at, code, method, path, scope, address, user_agent, rev) \
         VALUES ('{id}', '{acme}', '{key}', {at}, 'VALID', 'GET', '/planted', '', '', '', 0)"
    ));
    id
}

/// A key that somebody found who has no account.
pub fn report(app: &App) -> Try {
    let found = app.issue("Acme", "Reported");
    Try {
        route: "/report-leaked-key",
        page: "/report-leaked-key".into(),
        action: "/report-leaked-key".into(),
        fields: vec![("key", found.secret), ("place", "A forum".into())],
    }
}

/// Acme asks for a higher limit; what the forms of support then show.
pub fn open_request(app: &App) -> String {
    let (acme, now) = (app.tenant("Acme"), app.clock.now());
    let wanted = keystead::domain::limits::Draft {
        limit: 20,
        reason: "Plants".into(),
    };
    app.db
        .write(|conn| keystead::db::limit_requests::open(conn, acme, &wanted, ALICE, now))
        .unwrap();
    app.request_version("Acme")
}
