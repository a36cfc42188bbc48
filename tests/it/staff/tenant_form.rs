//! A super user makes a tenant and gives it another name.

use keystead::db;

use crate::support::*;

const NEW: &str = "/support/tenants/new";
const TENANTS: &str = "/support/tenants";

fn input<'a>(name: &'a str, limit: &'a str, email: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("name", name),
        ("plan", "Enterprise"),
        ("limit", limit),
        ("email", email),
    ]
}

#[actix_web::test]
async fn a_tenant_is_made_and_its_first_admin_comes_by_the_link() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    alice.get(TENANTS).await.has(&format!("a[href='{NEW}']"));
    let fields = input(" Initech ", "25", "Ida@Initech.test");
    let made = alice.submit(NEW, TENANTS, &fields).await;
    assert_eq!(made.status, 201);
    made.shows("Initech is ready");
    assert_eq!(made.header("cache-control"), "no-store");
    let (_, token) = made.body.split_once("/invitation?token=").unwrap();
    let token: String = token.chars().take_while(|c| !"<\"&".contains(*c)).collect();
    let mut ida = app.visitor();
    let page = format!("/invitation?token={token}");
    ida.get(&page).await.shows("Initech");
    let joining = [
        ("token", &*token),
        ("name", "Ida Irons"),
        ("password", PASSWORD),
    ];
    assert_eq!(ida.submit(&page, "/invitation", &joining).await.status, 303);
    ida.get("/tenant-api-keys").await.shows("0 of 25 keys");
    assert_eq!(ida.get("/settings").await.status, 200);
    let id = app.tenant("Initech");
    let tenant = app.db.read(|conn| db::tenants::find(conn, id)).unwrap();
    assert_eq!((tenant.plan.as_str(), tenant.key_limit), ("Enterprise", 25));
    let by_alice = format!(
        "SELECT count(*) AS n FROM audit_events WHERE tenant_id = '{id}' AND actor_name = 'Alice Archer' \
         AND action IN ('tenant.created', 'member.invited')"
    );
    assert_eq!(app.number(&by_alice), 2);
}

#[actix_web::test]
async fn a_name_is_taken_whatever_its_capitals_and_unicode_form() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let fields = input("Caf\u{e9} Stra\u{df}e", "10", "a@x.test");
    assert_eq!(alice.submit(NEW, TENANTS, &fields).await.status, 201);
    let before = (app.rows("tenants"), app.audit_rows());
    for name in ["acme", "GLOBEX", "CAFE\u{301}  STRASSE"] {
        let answer = alice
            .submit(NEW, TENANTS, &input(name, "10", "b@x.test"))
            .await;
        assert_eq!(answer.status, 422, "{name}");
        answer.shows("Another tenant has this name. Capital letters make no difference.");
    }
    for (fields, field) in [
        (input("X", "10", "b@x.test"), "name"),
        (input("Initech", "0", "b@x.test"), "limit"),
        (input("Initech", "10", "nobody"), "email"),
    ] {
        let answer = alice.submit(NEW, TENANTS, &fields).await;
        assert_eq!(answer.status, 422, "{field}");
        answer.has(&format!("#{field}-error"));
    }
    let rename = app.support_page("Globex", "name");
    let taken = [("shown", "Globex"), ("name", "ACME")];
    assert_eq!(alice.submit(&rename, &rename, &taken).await.status, 422);
    assert_eq!((app.rows("tenants"), app.audit_rows()), before);
    // Its own name in other letters is no other tenant's.
    let own = [("shown", "Globex"), ("name", "GLOBEX")];
    alice
        .submit(&rename, &rename, &own)
        .await
        .leads_to("/support/tenants?sort=name");
    let late = [("shown", "Globex"), ("name", "Other")];
    let late = alice.submit(&rename, &rename, &late).await;
    assert_eq!(late.status, 409);
    assert_eq!(late.field("shown"), "GLOBEX");
    app.sign_in(BOB)
        .await
        .get("/tenant-api-keys")
        .await
        .shows("GLOBEX");
    let mut sam = app.sam().await;
    assert_eq!(sam.get(NEW).await.status, 404);
    assert_eq!(sam.get(&rename).await.status, 404);
}

#[actix_web::test]
async fn tenants_that_shared_a_name_before_keep_it_and_are_told_apart() {
    let app = App::start().await;
    for name in ["ACME", "acme"] {
        app.sql(&format!(
            "INSERT INTO tenants (id, name, plan, key_limit, created_at) \
             VALUES ('{}', '{name}', 'Standard', 10, '2026-11-21 11:00:00')",
            uuid::Uuid::now_v7()
        ));
    }
    app.sql("UPDATE tenants SET name_key = NULL");
    // A start has the database for itself; here the server may be writing at that moment.
    let start = || app.db.read(|conn| db::migrate::run(conn, || Ok(())));
    direct::until("the keys are filled in", async || start().is_ok()).await;
    let names = "SELECT count(DISTINCT name) AS n FROM tenants WHERE name_key IS NOT NULL";
    assert_eq!(app.number(names), 4);
    let plain = "SELECT count(*) AS n FROM tenants WHERE name_key = 'acme' AND name = 'Acme'";
    assert_eq!(app.number(plain), 1);
    for name in ["Acme", "ACME", "acme"] {
        let found = app.db.read(|conn| db::tenants::find_by_name(conn, name));
        assert_eq!(found.unwrap().name, name);
    }
    let several = app.db.read(|conn| db::tenants::find_by_name(conn, "aCME"));
    assert!(several.is_err());
    // The name stays theirs, also when the oldest of them gives it up.
    let id = app.tenant("Acme");
    app.db
        .write(|conn| db::tenants::set_name(conn, id, "Foo"))
        .unwrap();
    let again = app.db.write(|conn| db::tenants::set_name(conn, id, "Acme"));
    assert!(again.is_err());
}

#[actix_web::test]
async fn a_lost_link_is_made_anew_and_the_old_one_ends() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let fields = input("Initech", "25", "ida@initech.test");
    let made = alice.submit(NEW, TENANTS, &fields).await;
    let token_of = |body: &str| {
        let (_, token) = body.split_once("/invitation?token=").unwrap();
        let token = token.split(['<', '"', '&']).next().unwrap();
        token.to_owned()
    };
    let lost = token_of(&made.body);
    let page = app.support_page("Initech", "first-link");
    let list = alice.get("/support/tenants?sort=newest").await;
    list.has(&format!("a[href='{page}']"));
    // To support staff it is told, and no more.
    let mut sam = app.sam().await;
    let list = sam.get("/support/tenants?sort=newest").await;
    list.shows("No admin yet");
    list.lacks(&format!("a[href='{page}']"));
    alice.get(&page).await.shows("ida@initech.test");
    let another = alice.submit(&page, &page, &[]).await;
    assert_eq!(another.status, 201);
    assert_eq!(another.header("cache-control"), "no-store");
    let link = token_of(&another.body);
    let mut ida = app.visitor();
    let gone = ida.get(&format!("/invitation?token={lost}")).await;
    assert_eq!(gone.status, 404);
    let open = format!("/invitation?token={link}");
    let joining = [("token", &*link), ("name", "Ida"), ("password", PASSWORD)];
    assert_eq!(ida.submit(&open, "/invitation", &joining).await.status, 303);
    let id = app.tenant("Initech");
    let renewed = format!(
        "SELECT count(*) AS n FROM audit_events WHERE tenant_id = '{id}' AND action = 'invitation.renewed' \
         AND actor_name = 'Alice Archer' AND object_name = 'ida@initech.test'"
    );
    assert_eq!(app.number(&renewed), 1);
    // Somebody is there now, who invites others.
    assert_eq!(alice.get(&page).await.status, 404);
    assert_eq!(alice.submit(NEW, &page, &[]).await.status, 404);
    let list = alice.get("/support/tenants?sort=newest").await;
    list.hides("No admin yet");
}
