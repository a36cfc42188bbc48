//! Showing a secret again.

use crate::support::browser_like::secret_in;
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";
const RIGHT: [(&str, &str); 1] = [("password", PASSWORD)];

#[actix_web::test]
async fn a_recoverable_key_is_made_with_the_form_and_shown_again_for_the_password() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let on = [("recoverable_keys", "on")];
    alice.submit("/settings", "/settings", &on).await;
    for htmx in [false, true] {
        let form = alice.get("/tenant-api-keys/new").await;
        let csrf = form.field("csrf");
        let fields = [
            ("csrf", &*csrf),
            ("name", "ERP"),
            ("environment", "live"),
            ("group", "Full access"),
            ("recoverable", "on"),
        ];
        let made = alice.post(KEYS, &fields).await;
        assert_eq!(made.status, 201);
        made.hides("It will not be shown again");
        made.hides("I have stored it");
        let secret = secret_in(&made.body).unwrap();
        let id = made.body.split("highlight=").nth(1).unwrap()[..36].to_owned();
        let key = app::Issued { id, secret };
        let page = key.page("disclosure");
        alice
            .get(KEYS)
            .await
            .has(&format!("#more-{}[data-states~='kept']", key.id));
        alice.htmx = htmx;
        let question = alice.get(&page).await;
        question.hides(&key.secret);
        assert_eq!(question.count("dialog") == 1, htmx);
        let fields = [("csrf", &*csrf), RIGHT[0]];
        let shown = alice.post(&page, &fields).await;
        alice.htmx = false;
        assert_eq!(shown.status, 200);
        assert_eq!(secret_in(&shown.body).unwrap(), key.secret);
        // Nothing is lost with it, so nothing asks to store it.
        shown.lacks("[data-secret-stored]");
        shown.lacks("[aria-disabled]");
        assert!(shown.link("Done").is_some());
        shown.hides("have stored");
        assert_eq!(shown.header("cache-control"), "no-store");
        assert_eq!(shown.is_part(), htmx);
        assert_eq!(
            app.audit(&key),
            [
                "key.created by alice@acme.test",
                "key.sealed by alice@acme.test",
                "key.secret_revealed by alice@acme.test"
            ]
        );
        assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    }
}

#[actix_web::test]
async fn without_the_setting_the_form_makes_no_recoverable_key() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let fields = [
        ("name", "ERP"),
        ("environment", "live"),
        ("group", "Full access"),
        ("recoverable", "on"),
    ];
    let answer = alice.submit("/tenant-api-keys/new", KEYS, &fields).await;
    assert_eq!(answer.status, 422);
    answer.has("#recoverable-error");
    assert_eq!((app.rows("api_keys"), app.rows("sealed_secrets")), (0, 0));
    // Without the box the same form makes a key of the usual kind.
    let answer = alice
        .submit("/tenant-api-keys/new", KEYS, &fields[..3])
        .await;
    assert_eq!(answer.status, 201);
    answer.shows("It will not be shown again");
    answer.shows("I have stored it");
    assert_eq!((app.rows("api_keys"), app.rows("sealed_secrets")), (1, 0));
}

#[actix_web::test]
async fn a_wrong_password_shows_nothing_and_is_on_record() {
    let app = App::start().await;
    let key = app.issue_recoverable("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    let page = key.page("disclosure");
    for htmx in [false, true] {
        let csrf = alice.token(&page).await;
        alice.htmx = htmx;
        let answer = alice
            .post(&page, &[("csrf", &csrf), ("password", "wrong")])
            .await;
        alice.htmx = false;
        assert_eq!(answer.status, 422);
        answer.shows("That is not your password.");
        answer.hides(&key.secret);
        answer.hides("wrong");
    }
    assert_eq!(
        app.audit(&key)[2..],
        ["key.secret_refused by alice@acme.test"; 2]
    );
    // The same patience as at the door: after the fifth one waits, with the right one too.
    for _ in 0..3 {
        let wrong = [("password", "wrong")];
        assert_eq!(alice.submit(&page, &page, &wrong).await.status, 422);
    }
    let wait = alice.submit(&page, &page, &RIGHT).await;
    assert_eq!(wait.status, 429);
    assert_ne!(wait.header("retry-after"), "");
    wait.hides(&key.secret);
    app.clock.advance(chrono::TimeDelta::seconds(2));
    let shown = alice.submit(&page, &page, &RIGHT).await;
    assert_eq!(
        (shown.status, secret_in(&shown.body)),
        (200, Some(key.secret))
    );
}

#[actix_web::test]
async fn nobody_but_an_admin_of_the_tenant_sees_it() {
    let app = App::start().await;
    let key = app.issue_recoverable("Acme", "ERP");
    let page = key.page("disclosure");
    let mut vera = app.sign_in(VERA).await;
    let mut bob = app.sign_in(BOB).await;
    vera.get(KEYS).await.hides(&page);
    vera.get(&format!("{KEYS}/{}", key.id)).await.hides(&page);
    for (person, status) in [(&mut vera, 403), (&mut bob, 404)] {
        assert_eq!(person.get(&page).await.status, status);
        let csrf = person.token(KEYS).await;
        let answer = person.post(&page, &[("csrf", &csrf), RIGHT[0]]).await;
        assert_eq!(answer.status, status);
        answer.hides(&key.secret);
    }
    let missing = format!("{KEYS}/{MISSING}/disclosure");
    assert_eq!(
        bob.get(&page).await.meaning(),
        bob.get(&missing).await.meaning()
    );
    let usual = app.issue("Acme", "Usual");
    let mut alice = app.sign_in(ALICE).await;
    let answer = alice.get(&usual.page("disclosure")).await;
    assert_eq!(answer.status, 409);
    answer.shows("No copy of this key's secret is kept");
    assert_eq!(app.audit(&key).len(), 2);
}

#[actix_web::test]
async fn a_revoked_key_has_no_copy_any_more() {
    let app = App::start().await;
    let keys = ["Page", "API", "Itself"].map(|name| app.issue_recoverable("Acme", name));
    let mut alice = app.sign_in(ALICE).await;
    let page = keys[0].page("revocation");
    alice.submit(&page, &page, &[]).await.leads_to(KEYS);
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    assert_eq!(system.delete(&keys[1].resource()).await.status, 204);
    let form = app
        .stranger()
        .request(reqwest::Method::POST, "/oauth2/revoke")
        .form(&[("token", &keys[2].secret)]);
    assert_eq!(form.send().await.unwrap().status(), 200);
    assert_eq!(app.rows("sealed_secrets"), 0);
    for key in &keys {
        assert_eq!(alice.get(&key.page("disclosure")).await.status, 409);
    }
}

#[actix_web::test]
async fn a_copy_that_was_changed_or_swapped_never_shows_a_secret() {
    let app = App::start().await;
    let (mine, other) = (
        app.issue_recoverable("Acme", "Mine"),
        app.issue_recoverable("Acme", "Other"),
    );
    let theirs = app.issue_recoverable("Globex", "Theirs");
    let mut alice = app.sign_in(ALICE).await;
    let page = mine.page("disclosure");
    let copy = |column: &str, from: &app::Issued| {
        format!(
            "UPDATE sealed_secrets SET {column} = (SELECT other.{column} FROM sealed_secrets other \
             WHERE other.key_id = '{}') WHERE key_id = '{}'",
            from.id, mine.id
        )
    };
    let at_mine = |set: &str| {
        format!(
            "UPDATE sealed_secrets SET {set} WHERE key_id = '{}'",
            mine.id
        )
    };
    let attacks = [
        vec![copy("ciphertext", &other), copy("nonce", &other)],
        vec![copy("ciphertext", &theirs), copy("nonce", &theirs)],
        vec![copy("nonce", &other)],
        vec![at_mine("version = 2")],
        vec![at_mine("nonce = ciphertext")],
        vec![at_mine("ciphertext = nonce")],
    ];
    let count = attacks.len();
    for attack in attacks {
        app.sql("CREATE TABLE kept AS SELECT * FROM sealed_secrets");
        for statement in &attack {
            app.sql(statement);
        }
        let answer = alice.submit(&page, &page, &RIGHT).await;
        assert_eq!(answer.status, 409, "{attack:?}");
        answer.shows("was damaged");
        for key in [&mine, &other, &theirs] {
            answer.hides(&key.secret);
        }
        app.sql("DELETE FROM sealed_secrets");
        app.sql("INSERT INTO sealed_secrets SELECT * FROM kept");
        app.sql("DROP TABLE kept");
    }
    let history = app.audit(&mine);
    assert_eq!(
        history[2..],
        vec!["key.secret_damaged by alice@acme.test"; count]
    );
    let shown = alice.submit(&page, &page, &RIGHT).await;
    assert_eq!(secret_in(&shown.body).unwrap(), mine.secret);
    // The row of another tenant's key is not reached with this tenant's id either.
    app.sql(&format!(
        "UPDATE sealed_secrets SET tenant_id = '{}' WHERE key_id = '{}'",
        app.tenant("Globex"),
        mine.id
    ));
    assert_eq!(alice.submit(&page, &page, &RIGHT).await.status, 409);
}

#[actix_web::test]
async fn a_rotated_key_shows_its_new_secret_and_after_a_cancellation_none() {
    let app = App::start().await;
    let key = app.issue_recoverable("Acme", "SAP integration");
    let mut alice = app.sign_in(ALICE).await;
    let page = key.page("rotation");
    let word = alice.get(&page).await.field("idempotency_key");
    let fields = [
        ("grace", "24h"),
        ("expiry", "keep"),
        ("idempotency_key", &word),
    ];
    let answer = alice.submit(&page, &page, &fields).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.hides("It will not be shown again");
    let new = secret_in(&answer.body).unwrap();
    let page = key.page("disclosure");
    let shown = alice.submit(&page, &page, &RIGHT).await;
    assert_eq!(secret_in(&shown.body).unwrap(), new);
    shown.hides(&key.secret);
    let cancellation = key.page("rotation/cancellation");
    alice.submit(&cancellation, &cancellation, &[]).await;
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    assert_eq!(alice.get(&page).await.status, 409);
    assert_eq!(app.rows("sealed_secrets"), 0);
}
