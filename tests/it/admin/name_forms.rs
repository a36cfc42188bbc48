//! A name is the same in capitals and in another Unicode form: nobody has it twice, and each finds the other.

use keystead::db;
use serde_json::json;

use crate::api::integrations::{INTEGRATIONS, SHARED, acme, save};
use crate::support::*;

const COMPOSED: &str = "Gr\u{f6}\u{df}e";
const APART: &str = "Gro\u{308}\u{df}e";
const CAPITALS: &str = "GR\u{d6}SSE";

#[actix_web::test]
async fn groups_and_projects_share_no_name_however_it_is_typed() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for (place, field, value) in [
        ("/authorization-groups", "scopes", "a:read"),
        ("/projects", "description", ""),
    ] {
        let new = format!("{place}/new");
        let fields = |name| {
            let mut fields = vec![("name", name), (field, value)];
            if field == "scopes" {
                fields.push(("summary", ""));
            }
            fields
        };
        let made = alice.submit(&new, place, &fields(COMPOSED)).await;
        made.leads_to(place);
        for name in [APART, CAPITALS, "gr\u{f6}\u{200d}\u{df}e", COMPOSED] {
            let answer = alice.submit(&new, place, &fields(name)).await;
            assert_eq!(answer.status, 422, "{place} {name}");
            answer.shows("with this name");
        }
        for name in ["Grosse", "H\u{2082}O", "H2O"] {
            let other = alice.submit(&new, place, &fields(name)).await;
            other.leads_to(place);
        }
    }
    // Another tenant may have it.
    app.add_group("Globex", APART, "a:read");
    app.add_project("Globex", APART);
}

#[actix_web::test]
async fn a_group_is_found_by_its_name_however_it_is_typed() {
    let app = App::start().await;
    let key = app.issue("Acme", "Admin");
    let system = app.system(&key.secret);
    let group = json!({ "name": COMPOSED, "scopes": ["a:read"] });
    let made = system
        .post("/api/v1/auth/authorization-groups", group)
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    // Its own name in other letters is free for it.
    let resource = format!("/api/v1/auth/authorization-groups/{id}");
    let answer = system.patch(&resource, json!({ "name": CAPITALS })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    for name in [APART, "full ACCESS"] {
        let input = json!({ "name": "ERP", "authorization_group": name });
        let answer = system.post("/api/v1/auth/api-keys", input).await;
        assert_eq!(answer.status, 201, "{name}: {}", answer.body);
    }
    assert_eq!(app.group("Acme", APART), id);
}

#[actix_web::test]
async fn credentials_of_an_environment_share_no_name_however_it_is_typed() {
    let (_app, system, _, _) = acme().await;
    let openai = format!("{INTEGRATIONS}/openai");
    save(&system, &openai, SHARED, json!({ "name": COMPOSED })).await;
    for name in [APART, CAPITALS] {
        let taken = json!({ "name": name, "fields": { "api_key": SHARED } });
        let answer = system.post(&format!("{openai}/credentials"), taken).await;
        assert_eq!(answer.problem(422)["errors"][0]["field"], "name", "{name}");
    }
    save(&system, &openai, SHARED, json!({ "name": "Grosse" })).await;
}

#[actix_web::test]
async fn keys_and_log_rows_are_found_however_the_name_is_typed() {
    let app = App::start().await;
    app.issue("Acme", COMPOSED);
    app.issue("Acme", &format!("{APART} zwei"));
    app.issue("Acme", "Grosse");
    let mut alice = app.sign_in(ALICE).await;
    for typed in [COMPOSED, APART, CAPITALS, "gr\u{f6}sse"] {
        let query = |name| serde_urlencoded::to_string([(name, typed)]).unwrap();
        let page = alice.get(&format!("/tenant-api-keys?{}", query("q"))).await;
        assert_eq!(page.words_of("a.name").len(), 2, "{typed}");
        let page = alice.get(&format!("/usage/keys?{}", query("key"))).await;
        assert_eq!(page.count("option"), 2, "{typed}");
        let page = alice.get(&format!("/audit?{}", query("object"))).await;
        let rows = page.words_of("#audit-rows .c-what > span");
        assert_eq!(rows.len(), 2, "{typed}: {rows:?}");
    }
}

#[actix_web::test]
async fn groups_and_projects_that_shared_a_name_before_keep_it() {
    let app = App::start().await;
    for name in [COMPOSED, APART] {
        app.add_group("Acme", name, "a:read");
    }
    let (one, other) = (
        app.add_project("Acme", COMPOSED),
        app.add_project("Acme", "Other"),
    );
    app.sql(&format!(
        "UPDATE projects SET name = '{APART}' WHERE id = '{other}'"
    ));
    app.sql("UPDATE projects SET name_key = NULL");
    // A start has the database for itself; here the server may be writing at that moment.
    let start = || app.db.read(|conn| db::migrate::run(conn, || Ok(())));
    direct::until("the keys are filled in", async || start().is_ok()).await;
    for table in ["authorization_groups", "projects"] {
        let lacking = format!("SELECT count(*) AS n FROM {table} WHERE name_key IS NULL");
        assert_eq!(app.number(&lacking), 0, "{table}");
    }
    let tenant = app.tenant("Acme");
    let find = |name: &str| {
        app.db
            .read(|conn| db::groups::find(conn, tenant, name, "group"))
    };
    for name in [COMPOSED, APART] {
        assert_eq!(find(name).unwrap().name, name);
    }
    assert!(find(CAPITALS).is_err());
    let find = |name: &str| {
        app.db
            .read(|conn| db::projects::find_by_name(conn, tenant, name))
    };
    for (name, id) in [(COMPOSED, one), (APART, other)] {
        assert_eq!(find(name).unwrap().id.to_string(), id);
    }
    assert!(find(CAPITALS).is_err());
    // What else is of them can be changed, and nobody else gets the name.
    let mut alice = app.sign_in(ALICE).await;
    let edit = format!("/authorization-groups/{}/edit", app.group("Acme", APART));
    let form = alice.get(&edit).await;
    let version = form.field("version");
    let fields = |name| {
        [
            ("name", name),
            ("summary", "Said anew"),
            ("scopes", "a:read"),
            ("version", &*version),
        ]
    };
    alice
        .submit(&edit, &edit, &fields(APART))
        .await
        .leads_to("/authorization-groups");
    app.add_group("Acme", "Third", "a:read");
    let fields = [("name", CAPITALS), ("summary", ""), ("scopes", "a:read")];
    let taken = alice
        .submit(
            "/authorization-groups/new",
            "/authorization-groups",
            &fields,
        )
        .await;
    assert_eq!(taken.status, 422);
}
