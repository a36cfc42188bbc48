//! Keys that somebody found where they do not belong: reported by anybody who has one, looked up by staff.

use crate::support::*;

const REPORT: &str = "/report-leaked-key";
const FOUND: &str = "/support/leaked-keys";
const CONTAIN: &str = "/support/leaked-keys/containment";

fn page_of(key: &app::Issued) -> String {
    format!("/tenant-api-keys/{}", key.id)
}

#[actix_web::test]
async fn whoever_has_a_key_switches_it_off_without_an_account() {
    let app = App::start().await;
    let (leaked, other) = (app.issue("Acme", "Leaked"), app.issue("Acme", "Other"));
    let mut finder = app.visitor();
    // With what stood around it.
    let text = format!("KEYSTEAD_KEY={}\n", leaked.secret);
    let fields = [("key", &*text), ("place", " forum.example/42 ")];
    let told = finder.submit(REPORT, REPORT, &fields).await;
    told.shows("This key is switched off");
    told.hides(&leaked.secret);
    assert_eq!(app.stranger().verify(&leaked.secret).await, "DISABLED");
    assert_eq!(app.stranger().verify(&other.secret).await, "VALID");

    let mut alice = app.sign_in(ALICE).await;
    let list = alice.get("/tenant-api-keys").await;
    list.shows("Leaked was reported as leaked just now");
    let page = alice.get(&page_of(&leaked)).await;
    page.shows(
        "This key was reported as leaked. Somebody who has it, just now: “forum.example/42”",
    );
    page.shows("Switched off: reported as leaked");
    assert_eq!(
        app.audit(&leaked),
        ["key.created by command line", "key.contained by Leaked"]
    );

    // Said once more it changes nothing, also of a key that is switched off for another reason.
    let rows = app.audit_rows();
    finder.submit(REPORT, REPORT, &fields).await;
    assert_eq!(app.audit_rows(), rows);

    alice
        .submit(&page_of(&leaked), &leaked.page("suspension/removal"), &[])
        .await;
    assert_eq!(app.stranger().verify(&leaked.secret).await, "VALID");
    alice.get("/tenant-api-keys").await.hides("as leaked");
    alice
        .get(&page_of(&leaked))
        .await
        .hides("This key was reported as leaked");
}

#[actix_web::test]
async fn a_key_that_is_off_or_dead_already_is_reported_for_what_it_is() {
    let app = App::start().await;
    let [off, dead] = ["Off", "Dead"].map(|name| app.issue("Acme", name));
    let mut alice = app.sign_in(ALICE).await;
    for (key, deed) in [(&off, "suspension"), (&dead, "revocation")] {
        let fields: &[(&str, &str)] = match deed {
            "revocation" => &[("last4", key.last4())],
            _ => &[],
        };
        alice.submit(&page_of(key), &key.page(deed), fields).await;
    }
    let mut finder = app.visitor();
    let fields = [("key", &*off.secret)];
    let told = finder.submit(REPORT, REPORT, &fields).await;
    told.shows("This key is switched off");
    alice
        .get("/tenant-api-keys")
        .await
        .shows("Off was reported as leaked");
    let fields = [("key", &*dead.secret)];
    let told = finder.submit(REPORT, REPORT, &fields).await;
    told.shows("This key does not work any more");
    alice
        .get(&page_of(&dead))
        .await
        .hides("This key was reported as leaked");
}

#[actix_web::test]
async fn about_keys_that_one_does_not_have_nothing_is_learnt() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut finder = app.visitor();
    let token = finder.token(REPORT).await;
    let rows = app.audit_rows();
    let almost = format!("{}x", key.secret);
    let of_another = "ks_live_".to_owned() + &"0".repeat(key.secret.len() - 8);
    for (text, place, at) in [
        ("", "", "key"),
        ("ks_live_", "", "key"),
        (&*almost, "", "key"),
        (&key.secret[..20], "", "key"),
        (&*key.secret, &*"x".repeat(301), "place"),
        (&*key.secret, &*key.secret, "place"),
    ] {
        let fields = [("csrf", &*token), ("key", text), ("place", place)];
        let answer = finder.post(REPORT, &fields).await;
        assert_eq!(answer.status, 422, "{text} {place}");
        answer.has(&format!("#{at}-error"));
        answer.hides(&key.secret);
        assert!(!answer.body.contains(&key.secret));
    }
    let fields = [("csrf", &*token), ("key", &*of_another)];
    assert_eq!(finder.post(REPORT, &fields).await.status, 422);
    assert_eq!(app.audit_rows(), rows);
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn strangers_who_guess_are_slowed_down_and_who_has_a_key_is_not() {
    let app = App::start().await;
    let elsewhere = App::start().await;
    let (key, unknown) = (app.issue("Acme", "ERP"), elsewhere.issue("Acme", "ERP"));
    let mut finder = app.visitor();
    let token = finder.token(REPORT).await;
    let fields = [("csrf", &*token), ("key", &*unknown.secret)];
    for _ in 0..30 {
        let told = finder.post(REPORT, &fields).await;
        told.shows("No key of this server has that text");
    }
    assert_eq!(finder.post(REPORT, &fields).await.status, 429);
    let fields = [("csrf", &*token), ("key", &*key.secret)];
    let told = finder.post(REPORT, &fields).await;
    told.shows("This key is switched off");
    assert_eq!(app.stranger().verify(&key.secret).await, "DISABLED");
}

#[actix_web::test]
async fn staff_learns_whose_a_found_key_is_and_switches_it_off() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut sam = app.sam().await;
    let token = sam.token(FOUND).await;
    for text in ["nothing", &format!("{}x", key.secret)] {
        let answer = sam.post(FOUND, &[("csrf", &*token), ("key", text)]).await;
        assert_eq!(answer.status, 422);
        answer.has("#key-error");
    }
    let found = sam
        .post(FOUND, &[("csrf", &*token), ("key", &*key.secret)])
        .await;
    for words in ["ERP", "Acme", "Active", "Never"] {
        found.shows(words);
    }
    assert!(!found.body.contains(&key.secret));
    assert_eq!(
        app.audit(&key),
        ["key.created by command line", "key.looked_up by Sam Stone"]
    );

    let acme = app.tenant("Acme").to_string();
    let of = |tenant: &str, id: &str, reason: &str| {
        [
            ("csrf", &*token),
            ("tenant", tenant),
            ("id", id),
            ("reason", reason),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let globex = app.tenant("Globex").to_string();
    for (fields, status) in [
        (of(&acme, &key.id, " "), 422),
        (of(&acme, &key.id, &key.secret), 422),
        (of(&globex, &key.id, "Found"), 404),
        (of(&acme, MISSING, "Found"), 404),
    ] {
        let fields = fields.each_ref().map(|(name, value)| (&**name, &**value));
        let looks = app.audit(&key).len();
        let answer = sam.post(CONTAIN, &fields).await;
        assert_eq!(answer.status, status, "{fields:?}");
        // What is shown beside the error is one more look.
        assert_eq!(app.audit(&key).len(), looks + usize::from(status == 422));
    }
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");

    let fields = of(&acme, &key.id, "On a forum");
    let fields = fields.each_ref().map(|(name, value)| (&**name, &**value));
    sam.post(CONTAIN, &fields).await.leads_to(FOUND);
    assert_eq!(app.stranger().verify(&key.secret).await, "DISABLED");
    sam.get(FOUND).await.shows("ERP is switched off");
    let mut alice = app.sign_in(ALICE).await;
    alice
        .get(&page_of(&key))
        .await
        .shows("Sam Stone, support, just now: “On a forum”");
}

#[actix_web::test]
async fn a_secret_that_was_replaced_leads_nobody_to_stop_the_key() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    let form = alice.get(&key.page("rotation")).await;
    let (csrf, word) = (form.field("csrf"), form.field("idempotency_key"));
    let fields = [
        ("csrf", &*csrf),
        ("idempotency_key", &*word),
        ("grace", "now"),
        ("expiry", "keep"),
    ];
    let rotated = alice.post(&key.page("rotation"), &fields).await;
    let secret = browser_like::secret_in(&rotated.body).unwrap();
    let mut sam = app.sam().await;
    let found = sam.submit(FOUND, FOUND, &[("key", &*key.secret)]).await;
    found.shows("This secret was replaced");
    found.lacks("#reason");
    let mut finder = app.visitor();
    let told = finder
        .submit(REPORT, REPORT, &[("key", &*key.secret)])
        .await;
    told.shows("does not work any more");
    assert_eq!(app.stranger().verify(&secret).await, "VALID");
    sam.submit(FOUND, FOUND, &[("key", &*secret)])
        .await
        .has("#reason");
}
