//! Where pages of failures lead: to what works, for whoever reads them.

use crate::support::browser_like::Person;
use crate::support::*;

/// Follows every link of a page that failed. Where one leads on, that is followed too.
async fn no_link_fails(person: &mut Person, who: &str, path: &str) {
    let page = person.get(path).await;
    assert!(
        (400..500).contains(&page.status),
        "{who} {path}: {}",
        page.status
    );
    page.has(".oops a.btn");
    for link in page.attributes("a[href]", "href") {
        if link.starts_with('#') {
            continue;
        }
        let mut answer = person.get(&link).await;
        while answer.status == 303 {
            let next = answer.header("location").to_owned();
            answer = person.get(&next).await;
        }
        assert_eq!(answer.status, 200, "{who}: {link} on {path}");
    }
}

#[actix_web::test]
async fn no_link_of_an_error_page_leads_to_an_error() {
    let app = App::start().await;
    app.hire_sam();
    let key = app.issue("Globex", "ERP");
    let missing = format!("/verifiers/{MISSING}/revocation");
    let pages = [
        "/nothing",
        "/logout",
        "/setup?token=used",
        "/tenant-api-keys?cursor=forged",
        "/verifiers/nothing",
        &missing,
        "/support/nothing",
        "/support/tenants/nothing/limit",
        "/tenant-api-keys/batch",
    ];
    for path in pages {
        no_link_fails_unless_signed_out(&app, path).await;
    }
    for email in [ALICE, VERA, BOB, SAM] {
        let mut person = app.sign_in(email).await;
        for path in pages {
            if person.get(path).await.status >= 400 {
                no_link_fails(&mut person, email, path).await;
            }
        }
        if email != BOB {
            no_link_fails(&mut person, email, &key.page("revocation")).await;
        }
    }
    for email in [VERA, BOB, SAM] {
        let mut person = app.sign_in(email).await;
        no_link_fails(&mut person, email, "/verifiers").await;
    }
}

async fn no_link_fails_unless_signed_out(app: &App, path: &str) {
    let mut visitor = app.visitor();
    if visitor.get(path).await.status >= 400 {
        no_link_fails(&mut visitor, "a visitor", path).await;
    }
}

#[actix_web::test]
async fn a_page_for_others_says_whose_it_is_and_what_to_do() {
    let app = App::start().await;
    app.hire_sam();
    let mut bob = app.sign_in(BOB).await;
    for path in ["/verifiers", "/verifiers/nothing/revocation"] {
        let page = bob.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        page.shows("For super users");
        page.shows("ask the person who runs Keystead for you");
    }
    for path in ["/support/tenants".to_owned(), app.limit_page("Acme")] {
        let page = bob.get(&path).await;
        assert_eq!(page.status, 404, "{path}");
        page.shows("For support staff");
        page.shows("an admin can ask for a higher limit under API Keys");
        page.lacks("[data-view='support']");
        page.lacks(".oops [href='/support/tenants']");
    }
    let mut sam = app.sign_in(SAM).await;
    let page = sam.get("/tenant-api-keys").await;
    assert_eq!(page.status, 404);
    page.shows("For people of a tenant");
    let page = app.visitor().get("/setup?token=used").await;
    assert_eq!(page.status, 404);
    page.shows("This setup link was used already, or it has ended.");
    assert_eq!(page.link("Sign in").as_deref(), Some("/login"));
}
