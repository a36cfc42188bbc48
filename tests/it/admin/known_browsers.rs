//! Browsers in which somebody signed in before: strangers who try their account keep them out of nothing.

use super::sign_in::attempt;
use crate::support::*;

#[actix_web::test]
async fn a_browser_that_signed_in_before_gets_in_past_any_crowd_of_strangers() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let crowd: Vec<_> = (2..122)
        .map(|number| {
            let mut person = app.visitor_from(std::net::Ipv4Addr::new(127, 0, 0, number).into());
            actix_web::rt::spawn(
                async move { attempt(&mut person, ALICE, "guess", "").await.status },
            )
        })
        .collect();
    for _ in 0..3 {
        attempt(&mut alice, ALICE, PASSWORD, "").await.leads_to("/");
    }
    let mut statuses = Vec::new();
    for stranger in crowd {
        statuses.push(stranger.await.unwrap());
    }
    assert!(statuses.contains(&503), "{statuses:?}");
}

#[actix_web::test]
async fn an_account_that_is_tried_from_everywhere_waits_everywhere_save_in_browsers_it_knows() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let stranger = |number| app.visitor_from(std::net::Ipv4Addr::new(127, 0, 1, number).into());
    for email in [ALICE, "nobody@acme.test"] {
        let wrong = attempt(&mut stranger(1), email, "guess", "").await;
        assert_eq!(wrong.status, 401);
    }
    // As after a hundred of them, each from another address.
    app.sql("UPDATE sign_in_failures SET failures = 100 WHERE subject LIKE 'everywhere:%'");
    let known = attempt(&mut stranger(2), ALICE, PASSWORD, "").await;
    let unknown = attempt(&mut stranger(3), "nobody@acme.test", PASSWORD, "").await;
    assert_eq!((known.status, unknown.status), (429, 429));
    assert_eq!(
        known.meaning().1.replace(ALICE, "-"),
        unknown.meaning().1.replace("nobody@acme.test", "-")
    );
    // Her browser is not known any more once she has another password.
    app.sql("UPDATE users SET password_digest = password_digest || ' '");
    assert_eq!(attempt(&mut alice, ALICE, PASSWORD, "").await.status, 429);
    app.sql("UPDATE users SET password_digest = trim(password_digest)");
    assert_eq!(attempt(&mut alice, ALICE, "typo", "").await.status, 401);
    attempt(&mut alice, ALICE, PASSWORD, "").await.leads_to("/");
    // She is in: from here on others are counted anew.
    let wrong = attempt(&mut stranger(4), ALICE, "guess", "").await;
    assert_eq!(wrong.status, 401);
}

#[actix_web::test]
async fn a_browser_is_known_to_the_account_that_signed_in_there_alone() {
    let app = App::start().await;
    let mut visitor = app.sign_in(ALICE).await;
    let cookie = visitor
        .cookies
        .keys()
        .find(|name| name.contains("known-browser"));
    assert!(cookie.unwrap().starts_with("__Host-"));
    assert_eq!(
        attempt(&mut visitor, "nobody@acme.test", "guess", "")
            .await
            .status,
        401
    );
    let everywhere = "SELECT count(*) AS n FROM sign_in_failures WHERE subject LIKE 'everywhere:%'";
    assert_eq!(app.number(everywhere), 1);
    // What is changed in it is worth nothing.
    for value in visitor.cookies.values_mut() {
        if value.matches('.').count() == 3 {
            value.replace_range(..1, if value.starts_with('0') { "1" } else { "0" });
        }
    }
    assert_eq!(attempt(&mut visitor, ALICE, "guess", "").await.status, 401);
    assert_eq!(app.number(everywhere), 2);
}
