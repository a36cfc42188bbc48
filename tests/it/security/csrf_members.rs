//! The forms about members, filled in rightly.

use keystead::actions::{accounts, invitations, tenants};
use keystead::config::secrets::Secrets;
use keystead::db;
use keystead::domain::id::InvitationId;
use keystead::domain::invitation::{Draft, Link, expiry};
use keystead::domain::pepper::Pepper;
use keystead::domain::role::Steward;

use super::csrf_forms::Try;
use crate::support::*;

fn form(route: &'static str, action: String, fields: &[(&'static str, &str)]) -> Try {
    Try {
        route,
        page: "/members".into(),
        action,
        fields: fields.iter().map(|one| (one.0, one.1.into())).collect(),
    }
}

/// Those of an admin.
pub fn tries(app: &App) -> Vec<Try> {
    let vera = direct::text(
        &app.db,
        "SELECT id AS t FROM users WHERE name = 'Vera Viewer'",
    );
    let (first, second) = (invited(app, "dora@x.test"), invited(app, "emil@x.test"));
    // Before what ends all of her sessions.
    let mut forms = vec![form(
        "/account/sessions/{id}/removal",
        format!("/account/sessions/{}/removal", session_of(app, ALICE)),
        &[],
    )];
    forms.extend(second_factors(app));
    forms.extend([
        form(
            "/members/invitations",
            "/members/invitations".into(),
            &[("email", "planted@x.test"), ("role", "admin")],
        ),
        form(
            "/members/invitations/{id}/renewal",
            format!("/members/invitations/{first}/renewal"),
            &[],
        ),
        form(
            "/members/invitations/{id}/withdrawal",
            format!("/members/invitations/{second}/withdrawal"),
            &[],
        ),
        form(
            "/members/{id}/role",
            format!("/members/{vera}/role"),
            &[("role", "admin")],
        ),
        form(
            "/members/{id}/reset-link",
            format!("/members/{vera}/reset-link"),
            &[],
        ),
        form(
            "/account/name",
            "/account/name".into(),
            &[("name", "Planted")],
        ),
        form(
            "/account/display",
            "/account/display".into(),
            &[("theme", "dark")],
        ),
        form(
            "/account/email",
            "/account/email".into(),
            &[("email", "alice@acme.test"), ("email_password", PASSWORD)],
        ),
        form(
            "/account/password",
            "/account/password".into(),
            &[("password", PASSWORD), ("new_password", PASSWORD)],
        ),
        form(
            "/account/sessions/removal",
            "/account/sessions/removal".into(),
            &[],
        ),
        form(
            "/members/{id}/removal",
            format!("/members/{vera}/removal"),
            &[],
        ),
        form(
            "/tenant",
            "/tenant".into(),
            &[("tenant", &app.tenant("Acme").to_string())],
        ),
    ]);
    forms
}

/// Alice has one, until she switches it off; so has a member whom she helps.
fn second_factors(app: &App) -> Vec<Try> {
    let tina = app.member_of_acme("tina@x.test");
    app.plant_factor("tina@x.test");
    let (paper, phone) = app.plant_factor(ALICE);
    let own = |route: &'static str, fields: &[(&'static str, &str)]| Try {
        page: "/account/second-factor".into(),
        ..form(route, route.into(), fields)
    };
    let with = |code| [("password", PASSWORD), ("code", code)];
    vec![
        form(
            "/members/{id}/second-factor",
            format!("/members/{tina}/second-factor"),
            &[],
        ),
        own("/account/second-factor/recovery-codes", &with(&paper)),
        own("/account/second-factor/removal", &with(&app.code(&phone))),
        own("/account/second-factor/confirmation", &[("code", "000000")]),
        own("/account/second-factor", &[("password", PASSWORD)]),
    ]
}

/// Another session of somebody, by its row.
fn session_of(app: &App, email: &str) -> String {
    let (digest, now) = ("ab".repeat(32), app.clock.now());
    let insert = |conn: &mut db::Conn| {
        let user = db::users::find_by_email(conn, email)?.map(|user| user.id);
        let session = db::sessions::Session {
            key_digest: digest.clone(),
            user_id: user,
            state: "{}".into(),
            created_at: now,
            seen_at: now,
            proven_at: None,
            address: String::new(),
            program: String::new(),
        };
        db::sessions::insert(conn, session)
    };
    app.db.write(insert).unwrap();
    digest
}

/// The one of somebody who is not signed in.
pub fn acceptance(app: &App) -> Try {
    let id = invited(app, "fred@x.test");
    let secrets = Secrets::load(&app.config, false).unwrap();
    let pepper: &Pepper = &secrets.peppers[0];
    let token = Link::new(id, expiry(app.clock.now()), pepper).text();
    let page = format!("/invitation?token={token}");
    let fields = [
        ("token", &*token),
        ("name", "Fred Fox"),
        ("password", PASSWORD),
    ];
    Try {
        page,
        ..form("/invitation", "/invitation".into(), &fields)
    }
}

/// Another password for Bob, by a link of the operator.
pub fn reset(app: &App) -> Try {
    let secrets = Secrets::load(&app.config, false).unwrap();
    let by = Steward::operator(app.clock.now());
    let made = app
        .db
        .write(|conn| accounts::reset_link(conn, &by, BOB, &secrets.peppers[0]));
    let page = made.unwrap().1.path();
    let token = page.split_once('=').unwrap().1.to_owned();
    let fields = [("token", &*token), ("password", PASSWORD)];
    Try {
        page,
        ..form("/password-reset", "/password-reset".into(), &fields)
    }
}

pub fn invited(app: &App, email: &str) -> InvitationId {
    let by = tenants::operator(app.tenant("Acme"), app.clock.now());
    let draft = Draft::check(email, "viewer").unwrap();
    let made = app
        .db
        .write(|conn| invitations::create(conn, &by, &draft, "The operator"));
    made.unwrap().id
}
