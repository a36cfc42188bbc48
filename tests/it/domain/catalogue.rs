//! The catalogue of integrations: what is built in, what an operator's file may say, and how a paste is checked.

use std::collections::{BTreeMap, BTreeSet};

use keystead::domain::Error;
use keystead::domain::catalogue::entry::{Entry, Kind};
use keystead::domain::catalogue::fields::Fields;
use keystead::domain::catalogue::{Catalogue, Mistake};
use keystead::domain::private_hosts::PrivateHosts;

/// An integration of an operator; each member has a line of its own, the first being line 1.
const OWN: &str = r##"[[integration]]
slug = "billing"
name = "Billing"
line = "Invoices of our own"
kind = "api_key"
category = "business"
letters = "BI"
hue = 10
where = "Ask the billing team."
docs = "https://billing.example.com/docs"
[[integration.fields]]
name = "region"
label = "Region"
secret = false
looks_like = "eu or us"
[[integration.fields]]
name = "token"
label = "Access token"
secret = true
looks_like = "bt_…"
prefixes = ["bt_", "bx_"]
min_length = 10
max_length = 20
[integration.test]
url = "https://billing.example.com/{region}/me"
headers = { Authorization = "Bearer {token}" }
"##;

fn built_in() -> Catalogue {
    Catalogue::built_in().unwrap()
}

fn extended(text: &str) -> Result<Catalogue, Mistake> {
    Catalogue::extended(text, &PrivateHosts::parse("vault.internal").unwrap())
}

fn own() -> Catalogue {
    extended(OWN).unwrap()
}

#[track_caller]
fn mistake(text: &str) -> Mistake {
    extended(text).map(drop).unwrap_err()
}

#[track_caller]
fn check(entry: &Entry, given: &[(&str, &str)]) -> Result<Fields, Vec<(String, String)>> {
    let given: BTreeMap<&str, &str> = given.iter().copied().collect();
    entry.check(&given).map_err(|error| match error {
        Error::Invalid(errors) => errors.list().to_vec(),
        other => panic!("{other}"),
    })
}

/// The one message, at the field where it has to be.
#[track_caller]
fn refusal(entry: &Entry, given: &[(&str, &str)], at: &str) -> String {
    let errors = check(entry, given).map(drop).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].0, at);
    errors[0].1.clone()
}

#[test]
fn what_is_built_in_can_be_chosen() {
    let catalogue = built_in();
    assert!(catalogue.iter().count() >= 28);
    for slug in ["openai", "slack", "hubspot", "sap", "snowflake", "stripe"] {
        assert_eq!(catalogue.find(slug).unwrap().kind, Kind::ApiKey, "{slug}");
    }
    for slug in ["google-drive", "microsoft-365", "dropbox", "salesforce"] {
        let entry = catalogue.find(slug).unwrap();
        assert_eq!(entry.kind, Kind::OAuth, "{slug}");
        assert!(entry.fields.is_empty());
    }
    assert!(catalogue.find("billing").is_none());
    let names: Vec<String> = catalogue.iter().map(|e| e.name.to_lowercase()).collect();
    assert!(names.is_sorted(), "{names:?}");
    let tiles: BTreeSet<_> = catalogue.iter().map(|e| (&e.letters, e.hue)).collect();
    assert_eq!(tiles.len(), names.len(), "two tiles look the same");
}

#[test]
fn an_integration_is_found_by_any_words_about_it() {
    let catalogue = own();
    let found = |words: &str| -> Vec<&str> {
        catalogue
            .search(words)
            .map(|entry| entry.slug.as_str())
            .collect()
    };
    assert_eq!(found("OpenAI models"), ["azure-openai", "openai"]);
    assert_eq!(found("payments subscriptions"), ["stripe"]);
    assert_eq!(found("microsoft-3"), ["microsoft-365"]);
    assert_eq!(found("our own BUSINESS"), ["billing"]);
    assert!(found("openai payments").is_empty());
    assert_eq!(found(" ").len(), catalogue.iter().count());
}

#[test]
fn an_operator_adds_integrations_and_hides_built_in_ones() {
    let text = format!("hide = [\"zoom\", \"box\"]\n{OWN}");
    let catalogue = extended(&text).unwrap();
    assert!(catalogue.find("zoom").is_none() && catalogue.find("box").is_none());
    assert_eq!(catalogue.iter().count(), built_in().iter().count() - 1);
    let billing = catalogue.find("billing").unwrap();
    let call = billing.test.as_ref().unwrap();
    assert_eq!(
        (&*call.accepted, &*call.refused),
        (&[200][..], &[401, 403][..])
    );
    assert_eq!(
        extended("").unwrap().iter().count(),
        built_in().iter().count()
    );
}

#[test]
fn a_test_call_goes_without_tls_to_named_private_hosts_alone() {
    let to = |address: &str| OWN.replacen("https://billing.example.com/{", address, 1);
    assert!(extended(&to("http://vault.internal:8200/{")).is_ok());
    assert_eq!(mistake(&to("http://vault.internal.example.com/{")).line, 25);
}

#[test]
fn a_slug_that_is_known_or_not_known_is_refused_at_its_line() {
    let taken = mistake(&OWN.replace("\"billing\"", "\"stripe\""));
    assert_eq!(taken.line, 2);
    assert!(taken.reason.contains("stripe is built in"), "{taken}");
    // Hiding does not free the name: what was kept under it would change its meaning.
    let hidden = mistake(&format!(
        "hide = [\"stripe\"]\n{}",
        OWN.replace("\"billing\"", "\"stripe\"")
    ));
    assert_eq!(hidden.line, 3);
    let unknown = mistake("hide = [\n\"zoom\",\n\"zooom\"]");
    assert_eq!(
        unknown.to_string(),
        "line 3: there is no built-in integration zooom to hide"
    );
    assert_eq!(
        mistake("hide = [\n\"zoom\",\n\"zoom\"]").to_string(),
        "line 3: zoom is hidden twice"
    );
    let twice = mistake(&format!("{OWN}{OWN}"));
    assert_eq!(twice.line, 28);
    assert!(twice.reason.contains("there twice"), "{twice}");
}

/// The line and the reason of a mistake, what it takes the place of in `OWN`, and the mistake; ¶ is a line break.
const MISTAKES: &str = r#"
2 | slug: use 2 to 40 | slug = "billing" | slug = "Billing"
2 | slug: use 2 to 40 | slug = "billing" | slug = "-billing"
2 | slug: use 2 to 40 | slug = "billing" | slug = "b"
2 | | slug = "billing" | slug = billing
1 | missing member `slug` | slug = "billing"¶ |
7 | letters: use two | letters = "BI" | letters = "BIL"
7 | unknown member `initials` | letters = "BI" | initials = "BI"
8 | hue: use 0 to 359 | hue = 10 | hue = 360
8 | invalid type | hue = 10 | hue = "red"
5 | unknown variant `apikey`, expected `api_key` or `oauth` | "api_key" | "apikey"
6 | unknown variant `fun` | "business" | "fun"
4 | line is empty | line = "Invoices of our own" | line = ""
3 | invisible characters | name = "Billing" | name = "Bill\u200bing"
3 | white space | name = "Billing" | name = " Billing"
10 | docs: use an address | https://billing.example.com/docs | http://billing.example.com
1 | needs a field with secret = true | secret = true | secret = false
17 | name: use 1 to 40 | "token" | "Token"
17 | the field region is there twice | "token" | "region"
22 | min_length is more than max_length | min_length = 10 | min_length = 30
23 | a length is 1 to 8192 | max_length = 20 | max_length = 8193
24 | unknown member `most` | max_length = 20 | max_length = 20¶most = 3
25 | begins with https:// | "https://billing.example.com/{ | "http://billing.example.com/{
25 | begins with https:// | "https://billing.example.com/{ | "ftp://vault.internal/{
25 | begins with https:// | "https://billing.example.com/{ | "billing.example.com/{
25 | the host of a test call is fixed | billing.example.com/{region} | {region}.example.com
25 | has no user | billing.example.com/{region} | me@billing.example.com
25 | needs a host | billing.example.com/{region} | /{region}
25 | {zone} names no field | {region}/me | {zone}/me
25 | no secret in an address | {region}/me | {token}/me
26 | {secret} names no field | Bearer {token} | Bearer {secret}
26 | a brace too many or too few | Bearer {token} | Bearer {token
24 | sends no secret field | Bearer {token} | Bearer token
26 | sets no Host header | Authorization = | Host =
26 | no name of a header | Authorization = | "X: Y" =
27 | a status is 200 to 599 | {token}" }¶ | {token}" }¶accepted = [99]¶
27 | 200 can't be both | {token}" }¶ | {token}" }¶refused = [401, 200]¶
27 | unknown member `method` | {token}" }¶ | {token}" }¶method = "POST"¶
"#;

#[test]
fn each_mistake_is_told_with_its_line() {
    for row in MISTAKES.trim().lines() {
        let [line, reason, from, to] = row.splitn(4, '|').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let [from, to] = [from, to].map(|text| text.trim().replace('¶', "\n"));
        assert!(OWN.contains(&from), "{row}");
        let found = mistake(&OWN.replacen(&from, &to, 1));
        assert_eq!(found.line.to_string(), line.trim(), "{row}: {found}");
        assert!(found.reason.contains(reason.trim()), "{row}: {found}");
        assert!(!found.reason.contains('\n'), "{found:?}");
    }
    let long = format!("line = \"{}\"", "x".repeat(91));
    let found = mistake(&OWN.replacen("line = \"Invoices of our own\"", &long, 1));
    assert_eq!(
        found.to_string(),
        "line 4: line: use at most 90 characters; this has 91"
    );
}

#[test]
fn an_account_that_people_connect_has_no_fields_and_a_key_has_some() {
    let oauth = OWN.replacen("\"api_key\"", "\"oauth\"", 1);
    let with_fields = mistake(&oauth);
    assert_eq!(with_fields.line, 11);
    assert!(
        with_fields
            .reason
            .contains("an oauth integration has no fields"),
        "{with_fields}"
    );
    let head = |text: &str| text.lines().take(10).collect::<Vec<_>>().join("\n");
    let without = mistake(&head(OWN));
    assert_eq!(
        without.to_string(),
        "line 1: an api_key integration needs fields"
    );
    let test = "[integration.test]\nurl = \"https://billing.example.com/\"";
    let with_test = mistake(&format!("{}\n{test}", head(&oauth)));
    assert_eq!(with_test.line, 11);
    let connected = extended(&head(&oauth)).unwrap();
    let refused = connected.find("billing").unwrap().check(&BTreeMap::new());
    assert!(
        matches!(refused, Err(Error::BadRequest(text)) if text.contains("Billing is connected by signing in"))
    );
}

#[test]
fn a_wrong_paste_is_recognised_at_its_field() {
    let catalogue = built_in();
    let openai = catalogue.find("openai").unwrap();
    let twilio = catalogue.find("twilio").unwrap();
    let stripe = catalogue.find("stripe").unwrap();
    let sid = format!("AC{}", "0".repeat(32));
    let token = "f".repeat(32);
    assert_eq!(
        refusal(openai, &[("api_key", "hunter2")], "api_key"),
        "The API key of OpenAI begins with sk-."
    );
    assert_eq!(
        refusal(openai, &[("api_key", "sk-short")], "api_key"),
        "The API key of OpenAI has at least 40 characters; this has 8."
    );
    assert_eq!(
        refusal(openai, &[], "api_key"),
        "Enter the API key of OpenAI."
    );
    assert_eq!(
        refusal(
            stripe,
            &[("secret_key", "pk_live_0123456789abcdef")],
            "secret_key"
        ),
        "The secret key of Stripe begins with sk_live_, sk_test_, rk_live_ or rk_test_."
    );
    assert_eq!(
        refusal(
            twilio,
            &[("account_sid", &sid), ("auth_token", "abc")],
            "auth_token"
        ),
        "The auth token of Twilio has 32 characters; this has 3."
    );
    let swapped = check(twilio, &[("account_sid", &token), ("auth_token", &sid)]).unwrap_err();
    assert_eq!(swapped.len(), 2, "{swapped:?}");
    let more = [
        ("account_sid", &*sid),
        ("auth_token", &*token),
        ("sid", "x"),
    ];
    assert_eq!(
        refusal(twilio, &more, "sid"),
        "Twilio has no field of this name."
    );
}

#[test]
fn a_paste_that_is_far_too_long_or_hides_something_is_refused() {
    let catalogue = built_in();
    let openai = catalogue.find("openai").unwrap();
    // The catalogue never says how long a value may be beyond what is kept.
    let long = format!("sk-{}", "x".repeat(8_190));
    assert_eq!(
        refusal(openai, &[("api_key", &long)], "api_key"),
        "Use at most 8,192 bytes; this has 8193."
    );
    assert!(check(openai, &[("api_key", &long[..8_192])]).is_ok());
    for hidden in ["sk-\n", "sk-\u{200b}", "sk-\0"] {
        let value = format!("{hidden}{}", "x".repeat(60));
        let message = refusal(openai, &[("api_key", &value)], "api_key");
        assert_eq!(message, "Remove line breaks and invisible characters.");
        assert!(!message.contains("xxx"));
    }
}

#[test]
fn what_was_pasted_is_kept_without_the_space_around_it() {
    let catalogue = own();
    let billing = catalogue.find("billing").unwrap();
    let given = [("region", " eu "), ("token", "\tbt_a\"b\\cü789\r\n")];
    let fields = check(billing, &given).unwrap();
    assert_eq!(fields.get("token"), Some("bt_a\"b\\cü789"));
    assert_eq!(fields.last4(billing), "ü789");
    let json = fields.to_json().unwrap();
    assert_eq!(&**json, r#"{"region":"eu","token":"bt_a\"b\\cü789"}"#);
    let again = Fields::from_json(&json).unwrap();
    assert_eq!(again.to_json().unwrap(), json);
    assert_eq!(format!("{fields:?} {again:?}"), "[redacted] [redacted]");
    // Four characters of a short secret would be much of it.
    let short = check(billing, &[("region", "eu"), ("token", "bt_12345678")]).unwrap();
    assert_eq!(short.last4(billing), "");
}

#[test]
fn a_damaged_text_says_nothing_of_its_content() {
    for damaged in [
        "",
        "{\"token\":\"bt_secret\"",
        "{\"token\":\"bt_secret\"}x",
        "{\"bt_secret\":3}",
        "\"bt_secret\"",
    ] {
        let error = Fields::from_json(damaged).map(drop).unwrap_err();
        assert!(!error.to_string().contains("bt_secret"), "{error}");
    }
}
