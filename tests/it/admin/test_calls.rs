//! A credential is tried with its provider before it is saved.

use std::sync::Arc;

use keystead::domain::catalogue::Catalogue;
use keystead::domain::private_hosts::PrivateHosts;

use crate::support::provider::Provider;
use crate::support::*;

const NEW: &str = "/integrations/billing/credentials/new";
const TEST: &str = "/integrations/billing/credentials/test";
const SECRET: &str = "bt_012345678901234567890123";

/// An operator's own provider, which answers everything like this.
fn own(provider: &Provider) -> String {
    format!(
        r#"[[integration]]
slug = "billing"
name = "Billing"
line = "Invoices of our own"
kind = "api_key"
category = "business"
letters = "BI"
hue = 10
where = "Ask the billing team."
docs = "https://billing.example.com/docs"
fields = [{{ name = "token", label = "Token", secret = true, looks_like = "bt_…", min_length = 20 }}]
test = {{ url = "{}/me", headers = {{ X-Token = "{{token}}" }} }}
"#,
        provider.address()
    )
}

async fn app(provider: &Provider, allowed: bool) -> App {
    let hosts = PrivateHosts::parse("localhost").unwrap();
    let catalogue = Catalogue::extended(&own(provider), &hosts).unwrap();
    let change = move |config: &mut keystead::config::Config| {
        config.catalogue = Arc::new(catalogue);
        config.outbound_private_hosts = hosts;
        config.outbound_calls = allowed;
    };
    let app = App::start_with(change, true).await;
    app.give_integrations("Acme");
    app
}

#[actix_web::test]
async fn the_provider_says_whether_a_credential_works_before_it_is_saved() {
    for (answer, words) in [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "It works: the provider answered 200.",
        ),
        (
            "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
            "The provider refuses it, with 401.",
        ),
    ] {
        let provider = Provider::answering(answer);
        let app = app(&provider, true).await;
        let mut alice = app.sign_in(ALICE).await;
        let fields = [("fields.token", SECRET), ("name", "Main")];
        let told = alice.submit(NEW, TEST, &fields).await;
        told.shows(words);
        told.hides(SECRET);
        assert_eq!(told.field("name"), "Main");
        let asked = provider.asked.recv().unwrap();
        assert!(asked.contains(SECRET), "{asked}");
        let short = alice
            .submit(NEW, TEST, &[("fields.token", "bt_short")])
            .await;
        short.shows("at least 20 characters");
        assert!(provider.asked.try_recv().is_err());
        alice.htmx = true;
        let part = alice.submit(NEW, TEST, &fields).await;
        assert!(part.is_part());
        part.shows(words);
        part.hides(SECRET);
        assert_eq!(app.rows("integration_credentials"), 0);
    }
}

#[actix_web::test]
async fn without_the_operators_word_nobody_is_called() {
    let provider = Provider::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let app = app(&provider, false).await;
    let mut alice = app.sign_in(ALICE).await;
    alice.get(NEW).await.lacks(".test-call");
    let fields = [("fields.token", SECRET)];
    assert_eq!(alice.submit(NEW, TEST, &fields).await.status, 404);
    let mut vera = app.sign_in(VERA).await;
    let refused = vera.submit("/integrations", TEST, &fields).await;
    assert_eq!(refused.status, 403);
    assert!(provider.asked.try_recv().is_err());
}
