//! Test calls to providers: to one host, once, and never into a network that nobody named.

use std::io::Write as _;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use keystead::domain::catalogue::Catalogue;
use keystead::domain::private_hosts::PrivateHosts;
use keystead::outbound::{Answer, Outbound};

use crate::support::provider::Provider;

const SECRET: &str = "bt_0123456789";

/// Whoever may call hosts of this machine, by its name.
fn outbound() -> Outbound {
    Outbound {
        allowed: true,
        private_hosts: PrivateHosts::parse("localhost").unwrap(),
        deadline: Duration::from_secs(60),
    }
}

/// Tests a credential at an address, with what is sent along.
fn test_with(outbound: &Outbound, address: &str, sent: &str) -> Answer {
    let file = format!(
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
fields = [
    {{ name = "account", label = "Account", secret = false, looks_like = "acme" }},
    {{ name = "token", label = "Token", secret = true, looks_like = "bt_…" }},
]
test = {{ url = "{address}/accounts/{{account}}", {sent} }}
"#
    );
    let catalogue = Catalogue::extended(&file, &outbound.private_hosts).unwrap();
    let entry = catalogue.find("billing").unwrap();
    let given = [("account", "ac/me"), ("token", SECRET)].into();
    let fields = entry.check(&given).unwrap();
    outbound.test(entry.test.as_ref().unwrap(), &fields)
}

fn test(outbound: &Outbound, address: &str) -> Answer {
    test_with(outbound, address, r#"headers = { X-Token = "{token}" }"#)
}

#[test]
fn the_status_tells_whether_the_credential_works() {
    for (answer, expected) in [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            Answer::Accepted(200),
        ),
        (
            "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
            Answer::Refused(401),
        ),
        (
            "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
            Answer::Refused(403),
        ),
        (
            "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
            Answer::Unclear(500),
        ),
        // A body that never comes is not waited for.
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
            Answer::Accepted(200),
        ),
    ] {
        let provider = Provider::answering(answer);
        assert_eq!(test(&outbound(), &provider.address()), expected, "{answer}");
        let asked = provider.asked.recv().unwrap();
        assert!(
            asked.starts_with("GET /accounts/ac%2Fme HTTP/1.1\n"),
            "{asked}"
        );
        assert!(
            asked.to_lowercase().contains(&format!("x-token: {SECRET}")),
            "{asked}"
        );
    }
}

#[test]
fn a_name_and_a_password_are_sent_as_basic_authentication() {
    let provider = Provider::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let sent = r#"basic = { user = "{account}", password = "{token}" }"#;
    let answer = test_with(&outbound(), &provider.address(), sent);
    assert_eq!(answer, Answer::Accepted(200));
    let asked = provider.asked.recv().unwrap();
    // base64 of "ac/me:bt_0123456789".
    assert!(
        asked.contains("Basic YWMvbWU6YnRfMDEyMzQ1Njc4OQ=="),
        "{asked}"
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let provider = Provider::answering(
        "HTTP/1.1 302 Found\r\nLocation: /accounts/other\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(test(&outbound(), &provider.address()), Answer::Unclear(302));
    provider.asked.recv().unwrap();
    assert!(provider.asked.try_recv().is_err(), "it was asked twice");
}

#[test]
fn a_provider_that_does_not_answer_is_given_up() {
    let silent = Provider::answering("");
    let hurried = Outbound {
        deadline: Duration::from_millis(200),
        ..outbound()
    };
    assert_eq!(test(&hurried, &silent.address()), Answer::TooSlow);
}

#[test]
fn what_went_wrong_is_said_without_what_was_sent_or_received() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let refused = test(&outbound(), &format!("http://localhost:{}", free.port()));
    assert_eq!(refused, Answer::Unreachable("the connection was refused"));
    // It speaks first, and something else than HTTP or TLS.
    let rude = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = rude.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in rude.incoming().map_while(Result::ok) {
            let _ = stream.write_all(b"220 bt_0123456789 is welcome\r\n\r\n");
        }
    });
    for scheme in ["http", "https"] {
        let answer = test(&outbound(), &format!("{scheme}://localhost:{port}"));
        assert!(matches!(answer, Answer::Unreachable(_)), "{answer:?}");
        assert!(!format!("{answer:?}").contains(SECRET));
    }
}

#[test]
fn nobody_is_called_unless_the_operator_says_so() {
    let provider = Provider::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let off = Outbound {
        allowed: false,
        ..outbound()
    };
    let answer = test(&off, &provider.address());
    assert_eq!(
        answer,
        Answer::NotAllowed("calls to third parties are switched off")
    );
    assert!(provider.asked.try_recv().is_err());
}

#[test]
fn a_private_address_is_refused_unless_its_host_was_named() {
    let nobody = Outbound {
        private_hosts: PrivateHosts::default(),
        ..outbound()
    };
    let provider = Provider::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    for host in [
        "localhost",
        "127.0.0.1",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
        "[fd00::1]",
    ] {
        let answer = test(&nobody, &format!("https://{host}:{}", provider.port));
        let expected = "the host is in a private network that the operator did not name";
        assert_eq!(answer, Answer::NotAllowed(expected), "{host}");
    }
    // Naming the host by another name is not enough.
    let answer = test(&outbound(), &format!("https://127.0.0.1:{}", provider.port));
    assert!(matches!(answer, Answer::NotAllowed(_)), "{answer:?}");
    assert!(provider.asked.try_recv().is_err());
}

#[test]
fn what_is_sent_is_not_logged_at_any_level() {
    for setting in ["trace", "ureq_proto=trace", "info,ureq=trace"] {
        let filter = keystead::telemetry::filter_of(setting).unwrap().to_string();
        let directives: Vec<&str> = filter.split(',').collect();
        for silent in ["ureq=off", "ureq_proto=off"] {
            assert!(directives.contains(&silent), "{filter}");
        }
        assert!(!filter.contains("ureq_proto=trace") && !filter.contains("ureq=trace"));
    }
}
