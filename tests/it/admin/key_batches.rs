//! Several keys at once: the question that changes nothing, then all of them or none.

use crate::support::app::Issued;
use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const LIST: &str = "/tenant-api-keys";
const PLAN: &str = "/tenant-api-keys/batch-plan";
const BATCH: &str = "/tenant-api-keys/batch";

/// Sends the form for some keys.
async fn send(
    person: &mut Person,
    to: &str,
    change: &str,
    keys: &[&Issued],
    typed: &str,
) -> Answer {
    let token = person.token(LIST).await;
    let mut fields = vec![
        ("csrf", token.as_str()),
        ("change", change),
        ("typed", typed),
    ];
    fields.extend(keys.iter().map(|key| ("key", key.id.as_str())));
    person.post(to, &fields).await
}

#[actix_web::test]
async fn the_question_lists_what_would_happen_and_changes_nothing() {
    let app = App::start().await;
    let (fine, off, gone) = (
        app.issue("Acme", "Fine"),
        app.issue("Acme", "Off"),
        app.issue("Acme", "Gone"),
    );
    app.alter_key(&off, "disabled_at = '2026-11-20 11:00:00'");
    app.system(&fine.secret).delete(&gone.resource()).await;
    let mut alice = app.sign_in(ALICE).await;
    let before = app.audit_rows();
    for (change, title, told) in [
        (
            "disable",
            "Disable 1 API key?",
            [
                "Will be disabled",
                "Stays as it is: already disabled",
                "Stays as it is: already revoked",
            ],
        ),
        (
            "enable",
            "Enable 1 API key?",
            [
                "Will be enabled",
                "Stays as it is: not disabled",
                "Stays as it is: already revoked",
            ],
        ),
        (
            "revoke",
            "Revoke 2 API keys?",
            [
                "Will be revoked for good",
                "This action cannot be undone",
                "Stays as it is: already revoked",
            ],
        ),
    ] {
        let page = send(&mut alice, PLAN, change, &[&fine, &off, &gone], "").await;
        assert_eq!(page.status, 200, "{change}");
        page.shows(title);
        for text in told {
            page.shows(text);
        }
    }
    assert_eq!(app.audit_rows(), before);
    assert_eq!(app.asker().verify(&fine.secret).await, "VALID");
    let none = send(&mut alice, PLAN, "enable", &[&fine], "").await;
    none.shows("None of these keys would change.");
    none.shows("Nothing to enable");
    none.hides("Enable 0");
    none.lacks("[type='submit']");
}

#[actix_web::test]
async fn the_deed_is_true_for_every_key_at_once_with_an_audit_row_for_each() {
    let app = App::start().await;
    let keys: Vec<Issued> = (0..3)
        .map(|n| app.issue("Acme", &format!("Key {n}")))
        .collect();
    let all: Vec<&Issued> = keys.iter().collect();
    let mut alice = app.sign_in(ALICE).await;
    for (change, verdict, event) in [
        ("disable", "DISABLED", "key.disabled by alice@acme.test"),
        ("enable", "VALID", "key.enabled by alice@acme.test"),
    ] {
        // Asking made them busy, so the number has to be typed for what breaks.
        let answer = send(&mut alice, BATCH, change, &all, "3").await;
        answer.leads_to(LIST);
        for key in &keys {
            assert_eq!(app.asker().verify(&key.secret).await, verdict);
            assert_eq!(app.audit(key).last().map(String::as_str), Some(event));
        }
    }
    alice.get(LIST).await.shows("3 keys are enabled.");
    send(&mut alice, BATCH, "revoke", &all[..2], "2")
        .await
        .leads_to(LIST);
    alice
        .get(LIST)
        .await
        .shows("2 keys are revoked. They are refused from now on.");
    assert_eq!(app.asker().verify(&keys[1].secret).await, "REVOKED");
    assert_eq!(app.asker().verify(&keys[2].secret).await, "VALID");
}

#[actix_web::test]
async fn an_expired_key_is_not_said_to_be_accepted_again() {
    let app = App::start().await;
    let fine = app.issue("Acme", "Fine");
    let over = app.issue_with("Acme", "Over", None, &[], Some(60));
    for key in [&fine, &over] {
        app.alter_key(key, "disabled_at = '2026-11-20 11:00:00'");
    }
    app.clock.advance(chrono::TimeDelta::seconds(61));
    let mut alice = app.sign_in(ALICE).await;
    let plain = send(&mut alice, PLAN, "enable", &[&fine], "").await;
    plain.shows("They are accepted again from the next request on.");
    plain.hides("stays expired");
    let mixed = send(&mut alice, PLAN, "enable", &[&fine, &over], "").await;
    mixed.shows("Will be enabled, but stays expired");
    mixed.shows("accepted again from the next request on, except those that have expired.");
    let revoked = send(&mut alice, PLAN, "revoke", &[&over], "").await;
    revoked.hides("stays expired");
}

#[actix_web::test]
async fn one_reason_is_kept_with_every_key_that_is_revoked() {
    let app = App::start().await;
    let (one, two) = (app.issue("Acme", "One"), app.issue("Acme", "Two"));
    let mut alice = app.sign_in(ALICE).await;
    let disabling = send(&mut alice, PLAN, "disable", &[&one, &two], "").await;
    disabling.lacks("[name='reason']");
    let revoking = send(&mut alice, PLAN, "revoke", &[&one, &two], "").await;
    revoking.has("[name='reason']");
    let revoke = |reason: &str| {
        let fields = [
            ("change", "revoke"),
            ("key", &one.id),
            ("key", &two.id),
            ("reason", reason),
            ("typed", "2"),
        ];
        fields.map(|(name, value)| (name, value.to_owned()))
    };
    for (reason, status) in [("a\u{202e}b", 422), ("Laptop <stolen>", 303)] {
        let fields = revoke(reason);
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let answer = alice.submit(LIST, BATCH, &fields).await;
        assert_eq!(answer.status, status, "{reason}");
        if status == 422 {
            answer.has("#reason-error");
            assert_eq!(app.asker().verify(&one.secret).await, "VALID");
        }
    }
    for key in [&one, &two] {
        let page = alice.get(&format!("{LIST}/{}", key.id)).await;
        assert_eq!(page.words().matches("Laptop <stolen>").count(), 2);
    }
}

#[actix_web::test]
async fn keys_in_use_need_their_number_typed() {
    let app = App::start().await;
    let (busy, idle) = (app.issue("Acme", "Busy"), app.issue("Acme", "Idle"));
    for _ in 0..3 {
        app.ask(&busy, serde_json::json!({})).await;
    }
    app.recorded(3).await;
    let mut alice = app.sign_in(ALICE).await;
    let question = send(&mut alice, PLAN, "revoke", &[&busy, &idle], "").await;
    question.shows("3 accepted requests in the last 24 hours");
    question.shows("Type 2");
    for typed in ["", "1", "3", "two"] {
        let again = send(&mut alice, BATCH, "revoke", &[&busy, &idle], typed).await;
        assert_eq!(again.status, 422);
        again.shows("Type 2, the number of keys that change.");
        again.has(&format!("[value='{}']", busy.id));
    }
    assert_eq!(app.asker().verify(&busy.secret).await, "VALID");
    send(&mut alice, BATCH, "revoke", &[&busy, &idle], " 2 ")
        .await
        .leads_to(LIST);
    assert_eq!(app.asker().verify(&busy.secret).await, "REVOKED");
    // Switching on breaks nothing, and nothing is typed for it.
    let off = app.issue("Acme", "Off");
    app.alter_key(&off, "disabled_at = '2026-11-20 11:00:00'");
    send(&mut alice, BATCH, "enable", &[&off], "")
        .await
        .leads_to(LIST);
}

#[actix_web::test]
async fn only_an_admin_changes_keys_and_only_those_of_the_own_tenant() {
    let app = App::start().await;
    let (ours, theirs) = (app.issue("Acme", "Ours"), app.issue("Globex", "Theirs"));
    let missing = Issued {
        id: MISSING.into(),
        secret: String::new(),
    };
    let mut vera = app.sign_in(VERA).await;
    for to in [PLAN, BATCH] {
        assert_eq!(
            send(&mut vera, to, "revoke", &[&ours], "").await.status,
            403
        );
    }
    let mut alice = app.sign_in(ALICE).await;
    for to in [PLAN, BATCH] {
        let foreign = send(&mut alice, to, "revoke", &[&theirs], "").await;
        assert_eq!(foreign.status, 400);
        let unknown = send(&mut alice, to, "revoke", &[&missing], "").await;
        assert_eq!(foreign.meaning(), unknown.meaning());
    }
    send(&mut alice, BATCH, "revoke", &[&theirs, &ours], "")
        .await
        .leads_to(LIST);
    assert_eq!(app.asker().verify(&theirs.secret).await, "VALID");
    assert_eq!(app.asker().verify(&ours.secret).await, "REVOKED");
}

#[actix_web::test]
async fn a_batch_has_at_least_one_key_and_at_most_two_hundred() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let many: Vec<Issued> = (0..201)
        .map(|_| Issued {
            id: uuid::Uuid::now_v7().to_string(),
            secret: String::new(),
        })
        .collect();
    let many: Vec<&Issued> = many.iter().collect();
    let mut alice = app.sign_in(ALICE).await;
    for (change, keys, said) in [
        ("revoke", &[][..], "Choose at least one key."),
        ("revoke", &many, "Choose at most 200 keys at a time."),
        ("delete", &[&key], "Choose to disable, enable or revoke."),
        ("", &[&key], "Choose to disable, enable or revoke."),
        (
            "revoke",
            &[&Issued {
                id: "1".into(),
                secret: String::new(),
            }],
            "Choose keys from the list.",
        ),
    ] {
        for to in [PLAN, BATCH]
            .into_iter()
            .filter(|to| *to == BATCH || !keys.is_empty())
        {
            let answer = send(&mut alice, to, change, keys, "").await;
            assert_eq!(answer.status, 400, "{said}");
            answer.shows(said);
        }
    }
    // The same key twice is one key.
    let twice = send(&mut alice, PLAN, "revoke", &[&key, &key], "").await;
    twice.shows("Revoke 1 API key?");
}

#[actix_web::test]
async fn a_batch_of_which_one_key_fails_changes_none() {
    let app = App::start().await;
    let keys: Vec<Issued> = (0..3)
        .map(|n| app.issue("Acme", &format!("Key {n}")))
        .collect();
    let all: Vec<&Issued> = keys.iter().collect();
    let mut alice = app.sign_in(ALICE).await;
    // A key whose group can't be read any more: its change fails after that of the others.
    app.add_group("Acme", "Odd", "orders:read");
    app.alter_key(
        &keys[2],
        "group_id = (SELECT id FROM authorization_groups WHERE name = 'Odd')",
    );
    app.sql("UPDATE authorization_groups SET scopes = 'broken' WHERE name = 'Odd'");
    let answer = send(&mut alice, BATCH, "disable", &all, "").await;
    assert_eq!(answer.status, 500);
    assert_eq!(
        app.number("SELECT count(*) AS n FROM api_keys WHERE disabled_at IS NOT NULL"),
        0
    );
    assert_eq!(
        app.number("SELECT count(*) AS n FROM audit_events WHERE action LIKE '%disabled'"),
        0
    );
    assert_eq!(app.asker().verify(&keys[0].secret).await, "VALID");
}

#[actix_web::test]
async fn with_nothing_chosen_the_list_says_so() {
    let app = App::start().await;
    app.issue("Acme", "Fine");
    let mut alice = app.sign_in(ALICE).await;
    let told = "Nothing is chosen yet: tick the keys to change first.";
    send(&mut alice, PLAN, "disable", &[], "")
        .await
        .leads_to(LIST);
    alice.get(LIST).await.shows(told);
    let token = alice.token(LIST).await;
    alice.htmx = true;
    let fields = [("csrf", token.as_str()), ("change", "disable")];
    let answer = alice.post(PLAN, &fields).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    let events: serde_json::Value = serde_json::from_str(answer.header("hx-trigger")).unwrap();
    assert_eq!(events["toast"]["text"], told);
}
