//! The one-time link of the first start.

use chrono::TimeDelta;

use crate::support::*;

const FIRST: [(&str, &str); 4] = [
    ("name", "Maya Morgan"),
    ("email", "Maya@Example.com"),
    ("tenant", "Initech"),
    ("password", PASSWORD),
];

fn path(app: &App) -> String {
    let link = app.setup_link.as_ref().unwrap();
    link.strip_prefix(&app.base).unwrap().to_owned()
}

fn with_token<'a>(path: &'a str, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![("token", path.split("token=").nth(1).unwrap())];
    all.extend_from_slice(fields);
    all
}

#[actix_web::test]
async fn the_first_person_becomes_admin_of_a_tenant_they_name() {
    let app = App::start_empty().await;
    let link = path(&app);
    let mut maya = app.visitor();
    maya.get(&link).await.shows("Welcome to Keystead");
    maya.submit(&link, "/setup", &with_token(&link, &FIRST))
        .await
        .leads_to("/tenant-api-keys");
    let list = maya.get("/tenant-api-keys").await;
    for text in [
        "Initech",
        "Maya Morgan",
        "Tenant admin",
        "Keystead is ready.",
    ] {
        list.shows(text);
    }
    assert_eq!(
        app.number("SELECT count(*) AS n FROM users WHERE super_user = TRUE"),
        1
    );
    assert_eq!(maya.get("/tenant-api-keys/new").await.status, 200);
    app.sign_in("maya@example.com").await;
    assert_eq!(
        app.number("SELECT count(*) AS n FROM audit_events WHERE action = 'system.set_up'"),
        1
    );
}

#[actix_web::test]
async fn the_link_works_once() {
    let app = App::start_empty().await;
    let link = path(&app);
    let (mut maya, mut late) = (app.visitor(), app.visitor());
    let token = late.token(&link).await;
    maya.submit(&link, "/setup", &with_token(&link, &FIRST))
        .await;
    assert_eq!(maya.get(&link).await.status, 404);
    assert_eq!(app.visitor().get(&link).await.status, 404);
    let mut fields = with_token(&link, &FIRST);
    fields.push(("csrf", &token));
    assert_eq!(late.post("/setup", &fields).await.status, 404);
    assert_eq!(app.rows("users"), 1);
}

#[actix_web::test]
async fn the_link_works_for_an_hour() {
    let app = App::start_empty().await;
    let link = path(&app);
    let mut maya = app.visitor();
    let token = maya.token(&link).await;
    app.clock
        .advance(TimeDelta::minutes(60) - TimeDelta::seconds(1));
    assert_eq!(maya.get(&link).await.status, 200);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(maya.get(&link).await.status, 404);
    let mut fields = with_token(&link, &FIRST);
    fields.push(("csrf", &token));
    assert_eq!(maya.post("/setup", &fields).await.status, 404);
    assert_eq!(app.rows("users"), 0);
}

#[actix_web::test]
async fn two_people_with_the_link_make_one_account() {
    let app = App::start_empty().await;
    let link = path(&app);
    let mut people = Vec::new();
    for number in 0..4 {
        let mut person = app.visitor();
        let token = person.token(&link).await;
        people.push((number, person, token));
    }
    let mut tries = Vec::new();
    for (number, mut person, token) in people {
        let link = link.clone();
        tries.push(actix_web::rt::spawn(async move {
            let email = format!("maya{number}@example.com");
            let mut fields = with_token(&link, &FIRST);
            fields.retain(|(name, _)| *name != "email");
            fields.extend([("csrf", &*token), ("email", &*email)]);
            person.post("/setup", &fields).await.status
        }));
    }
    let mut statuses = Vec::new();
    for attempt in tries {
        statuses.push(attempt.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404, 404, 404]);
    assert_eq!((app.rows("users"), app.rows("tenants")), (1, 1));
}

#[actix_web::test]
async fn nobody_gets_in_without_the_link() {
    let app = App::start_empty().await;
    let link = path(&app);
    for path in [
        "/setup",
        "/setup?token=",
        "/setup?token=0000",
        "/setup?token=%00",
    ] {
        assert_eq!(app.visitor().get(path).await.status, 404, "{path}");
    }
    let mut maya = app.visitor();
    let mut fields = vec![("token", "0000")];
    fields.extend_from_slice(&FIRST);
    assert_eq!(maya.submit(&link, "/setup", &fields).await.status, 404);
    assert_eq!(app.rows("users"), 0);
}

#[actix_web::test]
async fn there_is_no_link_once_somebody_has_an_account() {
    let app = App::start().await;
    assert_eq!(app.setup_link, None);
    assert_eq!(app.visitor().get("/setup").await.status, 404);
}

#[actix_web::test]
async fn mistakes_are_told_at_their_field_and_the_input_stays() {
    let app = App::start_empty().await;
    let link = path(&app);
    let wrong = [
        ("name", "x"),
        ("email", "maya"),
        ("tenant", "y"),
        ("password", "short"),
    ];
    let mut maya = app.visitor();
    let page = maya
        .submit(&link, "/setup", &with_token(&link, &wrong))
        .await;
    assert_eq!(page.status, 422);
    for field in ["name", "email", "tenant", "password"] {
        page.has(&format!("#{field}-error"));
    }
    page.has("[value='maya']");
    page.lacks("[value='short']");
    for password in ["aaaaaaaaaaaaaaaaaaaaaa", &"abcdefgh".repeat(40)] {
        let mut fields = with_token(&link, &FIRST[..3]);
        fields.push(("password", password));
        let page = maya.submit(&link, "/setup", &fields).await;
        assert_eq!(page.status, 422, "{password}");
        page.hides(password);
    }
    assert_eq!(app.rows("users"), 0);
    // The link still works.
    maya.submit(&link, "/setup", &with_token(&link, &FIRST))
        .await
        .leads_to("/tenant-api-keys");
}
