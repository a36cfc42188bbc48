//! The password once more, before what could hurt most, when it was last given more than ten minutes ago.

use chrono::TimeDelta;

use crate::support::browser_like::{Answer, Person};
use crate::support::phone::{FACTOR, happened};
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";
const NEW: &str = "/tenant-api-keys/new";
const ASKED: &str = "You last gave it more than 10 minutes ago. Type it to go on.";
const PROMPTED: &str = "main #own_password[type=password]";

/// Something dangerous: who does it, the page with its form, where that goes, what it says, and how it is answered.
struct Deed {
    by: &'static str,
    page: String,
    action: String,
    fields: Vec<(&'static str, String)>,
    done: u16,
}

impl Deed {
    fn new(page: &str, action: &str, fields: &[(&'static str, &str)], done: u16) -> Self {
        let own = fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        Self {
            by: ALICE,
            page: page.into(),
            action: action.into(),
            fields: own.collect(),
            done,
        }
    }

    async fn send(&self, person: &mut Person, own_password: Option<&str>) -> Answer {
        let mut fields: Vec<_> = self
            .fields
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        fields.extend(own_password.map(|typed| ("own_password", typed)));
        person.submit(&self.page, &self.action, &fields).await
    }
}

fn generating(app: &App, name: &str) -> Deed {
    let group = app.group("Acme", "Full access");
    let fields = [
        ("name", name),
        ("description", "Posts orders"),
        ("group", &*group),
        ("environment", "live"),
    ];
    Deed::new(NEW, KEYS, &fields, 201)
}

async fn deeds(app: &App) -> Vec<Deed> {
    let key = app.issue("Acme", "SAP integration").page("rotation");
    let word = app
        .sign_in(ALICE)
        .await
        .get(&key)
        .await
        .field("idempotency_key");
    let vera = direct::text(
        &app.db,
        "SELECT id AS t FROM users WHERE name = 'Vera Viewer'",
    );
    app.plant_factor(VERA);
    app.hire_sam();
    app.give_integrations("Acme");
    let shop = app.add_project("Acme", "Shop");
    let [openai, of_shop] = [
        "/integrations".to_owned(),
        format!("/projects/{shop}/integrations"),
    ]
    .map(|list| format!("{list}/openai"));
    app.save_credential("Acme", None, "openai", true);
    let [later, gone] = [(); 2].map(|()| app.save_credential("Acme", None, "openai", false));
    app.save_credential("Acme", Some(&shop), "openai", true);
    let limit = app.limit_page("Acme");
    let member = |rest: &str| format!("/members/{vera}/{rest}");
    vec![
        generating(app, "ERP integration"),
        Deed::new(
            &key,
            &key,
            &[
                ("grace", "24h"),
                ("expiry", "30"),
                ("idempotency_key", &word),
            ],
            201,
        ),
        Deed::new("/members", &member("role"), &[("role", "admin")], 303),
        Deed::new("/members", &member("reset-link"), &[], 201),
        Deed::new("/members", &member("second-factor"), &[], 303),
        Deed::new(
            &openai,
            &format!("{of_shop}/credentials"),
            &[
                ("fields.api_key", "sk-of-the-project-0000000000000000000002"),
                ("name", "Spare"),
            ],
            303,
        ),
        Deed::new(
            &openai,
            &format!("{openai}/credentials/{later}/promotion"),
            &[],
            303,
        ),
        Deed::new(
            &openai,
            &format!("{openai}/credentials/{gone}/removal"),
            &[],
            303,
        ),
        Deed::new(&openai, &format!("{of_shop}/override-removal"), &[], 303),
        Deed::new(
            &openai,
            &format!("{openai}/switch-off"),
            &[("credentials", "destroy")],
            303,
        ),
        Deed {
            by: staff::SAM,
            ..Deed::new(
                &limit,
                &limit,
                &[("shown", "10"), ("limit", "77"), ("reason", "They grow")],
                303,
            )
        },
    ]
}

#[actix_web::test]
async fn what_could_hurt_most_asks_for_the_password_and_then_is_done_in_one_go() {
    let app = App::start().await;
    for deed in deeds(&app).await {
        let mut person = app.sign_in(deed.by).await;
        app.clock.advance(TimeDelta::minutes(11));
        let rows = app.audit_rows();
        for (typed, told) in [
            (None, ASKED),
            (
                Some("not my password at all"),
                "This is not your present password.",
            ),
        ] {
            let asked = deed.send(&mut person, typed).await;
            assert_eq!(asked.status, 422, "{}: {}", deed.action, asked.body);
            asked.shows(told);
            asked.has(PROMPTED);
            asked.has(&format!(
                "main form[action='{}'] #own_password",
                deed.action
            ));
            asked.hides("not my password at all");
            for (name, value) in &deed.fields {
                match *name {
                    "fields.api_key" => asked.hides(value),
                    "group" | "environment" | "role" | "grace" | "expiry" | "credentials"
                    | "reason" => {
                        assert!(asked.body.contains(&**value), "{name} of {}", deed.action);
                    }
                    name => assert_eq!(asked.find_field(name).as_deref(), Some(&**value), "{name}"),
                }
            }
        }
        assert_eq!(app.audit_rows(), rows, "{}", deed.action);
        let done = deed.send(&mut person, Some(PASSWORD)).await;
        assert_eq!(done.status, deed.done, "{}: {}", deed.action, done.body);
        assert!(app.audit_rows() > rows, "{}", deed.action);
    }
}

#[actix_web::test]
async fn ten_minutes_are_counted_from_the_last_time_in_this_very_session() {
    let app = App::start().await;
    let (mut here, mut there) = (app.sign_in(ALICE).await, app.sign_in(ALICE).await);
    app.clock.advance(TimeDelta::minutes(10));
    assert_eq!(
        generating(&app, "First").send(&mut here, None).await.status,
        201
    );
    app.clock.advance(TimeDelta::seconds(1));
    let late = generating(&app, "Second");
    assert_eq!(late.send(&mut here, None).await.status, 422);
    // Wherever it is typed, it counts; a session that ends the others is no proof.
    here.submit(FACTOR, FACTOR, &[("password", PASSWORD)]).await;
    assert_eq!(late.send(&mut here, None).await.status, 201);
    let third = generating(&app, "Third");
    assert_eq!(third.send(&mut there, None).await.status, 422);
    there
        .submit("/account", "/account/sessions/removal", &[])
        .await
        .leads_to("/account");
    let asked = third.send(&mut there, None).await;
    assert_eq!(asked.status, 422);
    // What else is wrong is said first, and the password counts all the same.
    let wrong = Deed::new(NEW, KEYS, &[("name", "x"), ("own_password", PASSWORD)], 422);
    let told = wrong.send(&mut there, None).await;
    assert_eq!(told.status, 422);
    told.lacks(PROMPTED);
    assert_eq!(third.send(&mut there, None).await.status, 201);
}

#[actix_web::test]
async fn a_code_of_the_second_factor_does_as_well_once() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (_, phone) = app.plant_factor(ALICE);
    app.clock.advance(TimeDelta::minutes(11));
    let (deed, code) = (generating(&app, "First"), app.code(&phone));
    let wrong = deed.send(&mut alice, Some("000000")).await;
    assert_eq!(wrong.status, 422);
    wrong.shows("This code is wrong, has ended or was used already.");
    assert_eq!(happened(&app, "person.code_refused"), 1);
    assert_eq!(deed.send(&mut alice, Some(&code)).await.status, 201);
    app.sql("UPDATE sessions SET proven_at = NULL");
    let again = generating(&app, "Second");
    assert_eq!(again.send(&mut alice, Some(&code)).await.status, 422);
    assert_eq!(again.send(&mut alice, Some(PASSWORD)).await.status, 201);
}

#[actix_web::test]
async fn guessing_has_to_wait_and_viewers_are_not_asked() {
    let app = App::start().await;
    let (mut alice, mut vera) = (app.sign_in(ALICE).await, app.sign_in(VERA).await);
    app.clock.advance(TimeDelta::minutes(11));
    let deed = generating(&app, "First");
    for _ in 0..5 {
        let wrong = deed.send(&mut alice, Some("not my password at all")).await;
        wrong.shows("This is not your present password.");
    }
    let held = deed.send(&mut alice, Some(PASSWORD)).await;
    assert_eq!(held.status, 422);
    held.shows("Too many attempts.");
    let token = vera.token("/account").await;
    let fields = [
        ("csrf", &*token),
        ("name", "Mine"),
        ("group", &*deed.fields[2].1),
        ("environment", "live"),
    ];
    assert_eq!(vera.post(KEYS, &fields).await.status, 403);
}

#[actix_web::test]
async fn a_dialog_asks_in_its_place() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.clock.advance(TimeDelta::minutes(11));
    alice.htmx = true;
    let key = app.issue("Acme", "SAP integration").page("rotation");
    let form = alice.get(&key).await;
    let (csrf, word) = (form.field("csrf"), form.field("idempotency_key"));
    let fields = [
        ("csrf", &*csrf),
        ("idempotency_key", &word),
        ("grace", "1h"),
        ("expiry", "keep"),
    ];
    let asked = alice.post(&key, &fields).await;
    assert_eq!(asked.status, 422);
    assert!(asked.is_part());
    asked.has("dialog #own_password");
    let asked = alice
        .post(
            NEW.trim_end_matches("/new"),
            &[
                ("csrf", &csrf),
                ("name", "ERP"),
                ("group", &app.group("Acme", "Full access")),
                ("environment", "live"),
            ],
        )
        .await;
    assert_eq!(asked.status, 422);
    assert!(asked.is_part());
    asked.has("#key-form #own_password");
}

#[actix_web::test]
async fn a_form_that_forgets_its_secret_asks_from_the_start() {
    let app = App::start().await;
    app.give_integrations("Acme");
    let mut alice = app.sign_in(ALICE).await;
    let form = "/integrations/openai/credentials/new";
    alice.get(form).await.lacks(PROMPTED);
    app.clock.advance(TimeDelta::minutes(11));
    alice.get(form).await.has(PROMPTED);
}
