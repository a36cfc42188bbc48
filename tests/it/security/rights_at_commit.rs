//! Rights that end while a change waits for its lock. Each change is made by whoever `under_lock` gives: the compiler sees
//! to that, so this looks at who passes it.

use keystead::actions::accounts::Holder;
use keystead::actions::authority::{Authority, under_lock};
use keystead::db;
use keystead::domain::pepper::SecretDigests;
use keystead::domain::role::{Actor, AnyRole, Overseer, OwnSession, Role, Steward, Supporter, Who};
use keystead::domain::scope::Scopes;
use keystead::domain::{Error, Result};

use crate::support::app::Issued;
use crate::support::*;

fn passes<A: Authority + Clone>(app: &App, by: &A) -> Result<()> {
    app.db
        .write(|conn| under_lock(conn, by.clone(), &app.clock).map(drop))
}

/// The session of somebody who signed in.
fn session(app: &App, email: &str) -> OwnSession {
    let user = app.person(email);
    let query = format!("SELECT key_digest AS t FROM sessions WHERE user_id = '{user}'");
    OwnSession {
        row: direct::text(&app.db, &query),
        ends_at: noon() + chrono::TimeDelta::hours(1),
    }
}

fn person(app: &App, email: &str, role: Role) -> Actor {
    Actor {
        who: Who::Person {
            id: app.person(email).parse().unwrap(),
            email: email.into(),
            role,
            session: Some(session(app, email)),
        },
        tenant: app.tenant("Acme"),
        now: noon(),
        address: None,
        request_id: String::new(),
    }
}

fn holder(app: &App, key: &Issued) -> Actor {
    let (tenant, id) = (app.tenant("Acme"), key.id.parse().unwrap());
    let kept = app
        .db
        .read(|conn| db::key_rotations::kept_of_key(conn, tenant, id));
    Actor {
        who: Who::Key {
            id,
            name: "ERP".into(),
            scopes: Scopes::parse("*:*").unwrap(),
            project: None,
            is_former: false,
            secret: SecretDigests::new(vec![kept.unwrap().digest]),
        },
        tenant,
        now: noon(),
        address: Some([192, 0, 2, 7].into()),
        request_id: String::new(),
    }
}

#[actix_web::test]
async fn who_lost_their_role_or_their_session_changes_nothing() {
    let app = App::start().await;
    let _in = app.sign_in(ALICE).await;
    let by = person(&app, ALICE, Role::Admin);
    let steward = Steward {
        who: by.who.clone(),
        now: noon(),
        address: None,
        request_id: String::new(),
    };
    let user = app.person(ALICE);
    let alter = |set: &str| {
        app.sql(&format!(
            "UPDATE memberships SET {set} WHERE user_id = '{user}'"
        ));
    };
    passes(&app, &by).unwrap();
    passes(&app, &steward).unwrap();

    alter("role = 'viewer'");
    let why = passes(&app, &by).unwrap_err().to_string();
    assert!(why.contains("Your role in this tenant changed"), "{why}");
    passes(&app, &person(&app, ALICE, Role::Viewer)).unwrap();
    alter("role = 'admin'");

    app.sql("UPDATE tenants SET suspended_at = '2026-11-20 11:00:00' WHERE name = 'Acme'");
    assert!(matches!(passes(&app, &by), Err(Error::Conflict(_))));
    app.sql("UPDATE tenants SET suspended_at = NULL");

    app.sql("UPDATE users SET super_user = FALSE");
    passes(&app, &by).unwrap();
    assert!(matches!(passes(&app, &steward), Err(Error::Hidden)));
    app.sql(&format!(
        "UPDATE users SET super_user = TRUE WHERE id = '{user}'"
    ));

    app.clock.advance(chrono::TimeDelta::hours(1));
    assert!(matches!(passes(&app, &by), Err(Error::Unauthenticated)));
    app.clock.advance(-chrono::TimeDelta::hours(1));
    app.sql("DELETE FROM sessions");
    for refused in [
        passes(&app, &by),
        passes(&app, &steward),
        passes(&app, &Holder::Member(by)),
    ] {
        assert!(matches!(refused, Err(Error::Unauthenticated)));
    }
}

#[actix_web::test]
async fn who_left_the_support_staff_changes_nothing() {
    let app = App::start().await;
    let _in = app.sam().await;
    let sam = Supporter {
        id: app.sam_id(),
        name: "Sam Stone".into(),
        role: AnyRole::Support,
        session: Some(session(&app, SAM)),
        now: noon(),
        address: None,
        request_id: String::new(),
    };
    let overseer = Overseer::SuperUser(Supporter {
        role: AnyRole::SuperUser,
        ..sam.clone()
    });
    passes(&app, &sam).unwrap();
    assert!(matches!(passes(&app, &overseer), Err(Error::Hidden)));
    app.sql(&format!(
        "UPDATE users SET support = FALSE WHERE id = '{}'",
        sam.id
    ));
    assert!(matches!(passes(&app, &sam), Err(Error::Hidden)));
    app.sql(&format!(
        "UPDATE users SET support = TRUE WHERE id = '{}'",
        sam.id
    ));
    app.sql("DELETE FROM sessions");
    let refused = passes(&app, &Holder::Support(sam));
    assert!(matches!(refused, Err(Error::Unauthenticated)));
}

#[actix_web::test]
async fn a_key_that_would_be_refused_now_changes_nothing() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.add_group("Acme", "Reader", "orders:read");
    let narrow = app.group("Acme", "Reader");
    let by = holder(&app, &key);
    let full = app.group("Acme", "Full access");
    let project = app.add_project("Acme", "Shop");
    passes(&app, &by).unwrap();
    let ends = [
        ("revoked_at = '2026-11-20 11:00:00'", "revoked_at = NULL"),
        ("disabled_at = '2026-11-20 11:00:00'", "disabled_at = NULL"),
        ("expires_at = '2026-11-20 12:00:00'", "expires_at = NULL"),
        ("deleted_at = '2026-11-20 11:00:00'", "deleted_at = NULL"),
        (
            "ip_allowlist = '192.0.2.8', ip_allowlist_mode = 'enforce'",
            "ip_allowlist_mode = 'observe'",
        ),
        (
            &format!("group_id = '{narrow}'"),
            &format!("group_id = '{full}'"),
        ),
        (&format!("project_id = '{project}'"), "project_id = NULL"),
    ];
    for (end, undo) in ends {
        app.sql(&format!("UPDATE api_keys SET {end}"));
        let why = passes(&app, &by).unwrap_err().to_string();
        assert!(why.contains("nothing was done"), "{end}: {why}");
        app.sql(&format!("UPDATE api_keys SET {undo}"));
        passes(&app, &by).unwrap();
    }
    app.sql("UPDATE tenants SET suspended_at = '2026-11-20 11:00:00' WHERE name = 'Acme'");
    passes(&app, &by).unwrap_err();
    app.sql("UPDATE tenants SET suspended_at = NULL");
    let other = holder(&app, &app.issue("Acme", "Other"));
    let Who::Key { secret, .. } = other.who else {
        unreachable!()
    };
    let mut rotated = by.clone();
    if let Who::Key { secret: own, .. } = &mut rotated.who {
        *own = secret;
    }
    passes(&app, &rotated).unwrap_err();
    passes(&app, &by).unwrap();
}
