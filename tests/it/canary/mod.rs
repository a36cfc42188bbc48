//! A secret exists in the one answer that shows it, and nowhere else: not in a file, not in the log, not in any
//! later answer.

mod third_parties;

use diesel::{QueryableByName, RunQueryDsl};
use keystead::db::connection::Source;
use keystead::domain::key_text::is_verifier_token;
use reqwest::Method;

use crate::support::browser_like::{Answer, Person, secret_in};
use crate::support::process::{Place, Server};
use crate::support::system::KEYS;
use crate::support::*;

/// Answers that must not hold a secret, gathered on the way.
struct Watch {
    /// Token of a verifier, which is among the secrets.
    verifier: String,
    secrets: Vec<String>,
    answers: Vec<(String, String)>,
}

impl Watch {
    fn keep(&mut self, what: &str, answer: Answer) {
        self.answers.push((
            what.to_owned(),
            format!("{:?}\n{}", answer.headers, answer.body),
        ));
    }

    /// Fails if a secret, or its body without the prefix, is in the text.
    #[track_caller]
    fn is_absent_from(&self, what: &str, bytes: &[u8]) {
        for secret in &self.secrets {
            let body = &secret[secret.rfind('_').unwrap() + 1..];
            for part in [body, &body[..32], &body[6..]] {
                let found = bytes
                    .windows(part.len())
                    .position(|window| window == part.as_bytes());
                if let Some(at) = found {
                    let around = &bytes[at.saturating_sub(120)..bytes.len().min(at + 60)];
                    panic!(
                        "a secret is in {what}: …{}…",
                        String::from_utf8_lossy(around)
                    );
                }
            }
        }
    }
}

async fn admin(server: &Server) -> Person {
    let mut alice = server.visitor();
    let fields = [("email", ALICE), ("password", PASSWORD), ("next", "")];
    alice
        .submit("/login", "/login", &fields)
        .await
        .leads_to("/");
    alice
}

/// Makes a key with the form, and looks at what stays afterwards.
async fn with_form(
    watch: &mut Watch,
    alice: &mut Person,
    htmx: bool,
    recoverable: &str,
) -> app::Issued {
    let page = alice.get("/tenant-api-keys/new").await;
    let csrf = page.field("csrf");
    let word = page.field("idempotency_key");
    let fields = [
        ("csrf", &*csrf),
        ("idempotency_key", &word),
        ("name", "Canary"),
        ("environment", "live"),
        ("group", "Full access"),
        ("recoverable", recoverable),
    ];
    alice.htmx = htmx;
    let shown = alice.post("/tenant-api-keys", &fields).await;
    assert_eq!(shown.status, 201);
    let secret = secret_in(&shown.body).unwrap();
    let id = shown.body.split("highlight=").nth(1).unwrap()[..36].to_owned();
    watch.secrets.push(secret.clone());
    watch.keep(
        "the form sent again",
        alice.post("/tenant-api-keys", &fields).await,
    );
    alice.htmx = false;
    app::Issued { id, secret }
}

/// Makes a key whose secret may be shown again, and has it shown; its sealed copy stays to the end.
async fn shown_again(watch: &mut Watch, alice: &mut Person) -> app::Issued {
    let allow = [("recoverable_keys", "on")];
    alice
        .submit("/settings", "/settings", &allow)
        .await
        .leads_to("/settings");
    let key = with_form(watch, alice, true, "on").await;
    let page = key.page("disclosure");
    watch.keep("the question for the password", alice.get(&page).await);
    for (password, shown) in [("wrong", false), (PASSWORD, true), (&key.secret, false)] {
        let answer = alice.submit(&page, &page, &[("password", password)]).await;
        assert_eq!(answer.body.contains(&key.secret), shown);
        if !shown {
            watch.keep("a wrong password", answer);
        }
    }
    watch.keep(
        "its page",
        alice.get(&page.replace("/disclosure", "")).await,
    );
    key
}

/// Makes a verifier with the form, and gives its token.
async fn new_verifier(alice: &mut Person) -> String {
    let fields = [("name", "Canary")];
    let shown = alice.submit("/verifiers", "/verifiers", &fields).await;
    assert_eq!(shown.status, 201);
    let words = shown
        .body
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let token = words.into_iter().find(|word| is_verifier_token(word));
    token.unwrap().to_owned()
}

async fn everyday_use(watch: &mut Watch, server: &Server, alice: &mut Person, key: &app::Issued) {
    let system = server.system(&key.secret);
    watch.keep("whoami", system.whoami().await);
    watch.keep("list", system.get(KEYS).await);
    watch.keep("show", system.get(&key.resource()).await);
    watch.keep(
        "forward-auth",
        system.get("/forward-auth?scope=orders:read").await,
    );
    let question =
        serde_json::json!({ "key": key.secret, "scope": "orders:read", "ip": "127.0.0.1" });
    let asker = server.system(&watch.verifier);
    watch.keep(
        "verify",
        asker.post("/api/v1/verify", question.clone()).await,
    );
    let batch = serde_json::json!({ "keys": [question] });
    watch.keep("batch", asker.post("/api/v1/verify/batch", batch).await);
    for name in ["Bearer", "Basic"] {
        let form = server
            .stranger()
            .request(Method::POST, "/oauth2/introspect");
        let form = form.form(&[("token", &key.secret)]);
        let form = match name {
            "Bearer" => form.bearer_auth(&watch.verifier),
            _ => form.basic_auth("x", Some(&watch.verifier)),
        };
        watch.keep("introspection", Answer::of(form).await);
    }
    watch.keep("the verifiers", alice.get("/verifiers").await);
    watch.keep("the list page", alice.get("/tenant-api-keys").await);
    watch.keep(
        "the highlighted row",
        alice
            .get(&format!("/tenant-api-keys?highlight={}", key.id))
            .await,
    );
    watch.keep("the question", alice.get(&key.page("revocation")).await);
    let wrong = system.post(KEYS, serde_json::json!({ "name": "x" })).await;
    watch.keep("a refused creation", wrong);
}

/// A key where it does not belong. Answers may not repeat it, save a page that shows a person's own input again.
async fn wrong_places(watch: &mut Watch, server: &Server, alice: &mut Person, key: &app::Issued) {
    let asker = server.system(&watch.verifier);
    let (system, stranger) = (server.system(&key.secret), server.stranger());
    let secret = &key.secret;
    for path in [
        format!("/api/v1/auth/whoami?api_key={secret}"),
        format!("/api/v1/auth/api-keys?cursor={secret}"),
        format!("/api/v1/auth/api-keys/{secret}"),
        format!("/api/v1/{secret}"),
        format!("/forward-auth?token={secret}"),
        format!("/forward-auth?scope={secret}"),
        format!("/oauth2/{secret}"),
        format!("/static/{secret}"),
        format!("/{secret}"),
    ] {
        watch.keep(&path.replace(&**secret, "KEY"), system.get(&path).await);
    }
    for body in [
        secret.clone(),
        format!("{{\"{secret}\":1}}"),
        format!("{{\"name\":\"ERP\",\"environment\":\"{secret}\"}}"),
        format!("{{\"name\":\"ERP\",\"ip_allowlist\":[\"{secret}\"]}}"),
        format!("{{\"name\":\"ERP\",\"authorization_group\":\"{secret}\"}}"),
        format!("{{\"name\":\"ERP\",\"expires_at\":\"{secret}\"}}"),
        format!("{{\"name\":\"{secret}\"}}"),
        format!("{{\"name\":\"ERP\",\"description\":\"see {secret}.\"}}"),
    ] {
        let answer = system.send(KEYS, "application/json", body.clone()).await;
        assert_ne!(answer.status, 201, "{body}");
        watch.keep("a body with a key in it", answer);
        watch.keep(
            "a question",
            asker
                .send("/api/v1/verify", "application/json", body.clone())
                .await,
        );
        let body = format!("{{\"keys\":[{body}]}}");
        let path = "/api/v1/verify/batch";
        let answer = asker.send(path, "application/json", body).await;
        watch.keep("a batch with a key in it", answer);
    }
    let request = system
        .request(Method::POST, KEYS)
        .header("Idempotency-Key", &**secret);
    let answer = Answer::of(request.json(&serde_json::json!({ "name": "Odd" }))).await;
    watch.keep("an idempotency key", answer);
    let request = stranger.request(Method::GET, "/api/v1/auth/whoami");
    for name in alice.cookies.keys() {
        let request = request.try_clone().unwrap();
        let answer = Answer::of(request.header("cookie", format!("{name}={secret}"))).await;
        watch.keep("cookie", answer);
    }
    for name in [
        "user-agent",
        "referer",
        "x-forwarded-for",
        "x-request-id",
        "origin",
    ] {
        let request = stranger
            .request(Method::GET, "/nothing")
            .header(name, &**secret);
        watch.keep(name, Answer::of(request).await);
    }
    let mut stranger = server.visitor();
    for (email, password) in [(&**secret, "x"), (ALICE, &**secret)] {
        let fields = [("email", email), ("password", password), ("next", "")];
        stranger.submit("/login", "/login", &fields).await;
    }
    for path in [
        format!("/tenant-api-keys?before={secret}"),
        format!("/tenant-api-keys?highlight={secret}"),
        format!("/usage/requests?path={secret}"),
        format!("/usage/requests.csv?address={secret}"),
        format!("/usage/explanation?request={secret}"),
    ] {
        watch.keep(&path.replace(&**secret, "KEY"), alice.get(&path).await);
    }
    stranger
        .get(&format!("/tenant-api-keys/{secret}/revocation"))
        .await;
    alice.get(&format!("/verifiers/{secret}/revocation")).await;
    stranger.get(&format!("/login?next={secret}")).await;
    stranger.get(&format!("/setup?token={secret}")).await;
}

async fn end_of_life(watch: &mut Watch, server: &Server, alice: &mut Person, key: &app::Issued) {
    let page = key.page("revocation");
    let typed = [("last4", key.last4())];
    watch.keep("revocation", alice.submit(&page, &page, &typed).await);
    let system = server.system(&key.secret);
    for path in ["/api/v1/auth/whoami", "/forward-auth", KEYS] {
        let answer = system.get(path).await;
        assert_eq!(answer.status, 401);
        watch.keep("a refusal", answer);
    }
    let page = key.page("deletion");
    watch.keep("deletion", alice.submit(&page, &page, &[]).await);
    watch.keep("the list at last", alice.get("/tenant-api-keys").await);
    for path in ["/usage/requests", "/usage/requests.csv"] {
        watch.keep("the request log", alice.get(path).await);
    }
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    t: String,
}

/// Everything that the database holds: the files of SQLite, or every row of every table of PostgreSQL as text.
fn stored(place: &Place) -> Vec<(String, Vec<u8>)> {
    let mut stored = Vec::new();
    let mut folders = vec![place.dir.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|ending| ending != "out") && path.is_file() {
                stored.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    if let Source::Postgres(_) = place.source() {
        let ask = |query: &str| -> Vec<Text> {
            let rows =
                |conn: &mut keystead::db::Conn| Ok(diesel::sql_query(query).load(conn).unwrap());
            place.db().read(rows).unwrap()
        };
        let tables = ask(
            "SELECT table_name::text AS t FROM information_schema.tables WHERE table_schema = 'public'",
        );
        assert!(tables.len() > 8);
        for Text { t: table } in tables {
            // Bytes are shown as hexadecimal; their escape form shows text that hides in them.
            let rows = ask(&format!("SELECT x::text AS t FROM {table} x"));
            let text: String = rows.into_iter().map(|row| row.t + "\n").collect();
            stored.push((table, text.into_bytes()));
        }
        let digests = ask(
            "SELECT encode(digest, 'escape') AS t FROM api_keys UNION ALL SELECT encode(digest, 'escape') FROM verifiers \
             UNION ALL SELECT encode(digest, 'escape') FROM verifier_rotations \
             UNION ALL SELECT encode(ciphertext, 'escape') FROM sealed_secrets \
             UNION ALL SELECT encode(ciphertext || sealed_key, 'escape') FROM integration_credentials",
        );
        let text: String = digests.into_iter().map(|row| row.t).collect();
        stored.push(("digests".into(), text.into_bytes()));
    } else {
        let names: String = stored.iter().map(|(name, _)| format!("{name} ")).collect();
        assert!(
            names.contains("keystead.db ") && names.contains("keystead.db-wal"),
            "{names}"
        );
    }
    stored
}

#[actix_web::test]
async fn a_secret_is_found_nowhere_after_the_one_answer_that_shows_it() {
    let place = Place::new().with_acme();
    direct::sql(&place.db(), "UPDATE users SET super_user = TRUE");
    direct::sql(&place.db(), "UPDATE tenants SET plan = 'Enterprise'");
    let all = "INSERT INTO feature_rollouts (feature, percentage) VALUES ('integrations', 100)";
    direct::sql(&place.db(), all);
    let mut server = place.start(place.command(&["serve", "--log", "debug"]));
    let mut alice = admin(&server).await;
    let verifier = new_verifier(&mut alice).await;
    let mut watch = Watch {
        secrets: vec![verifier.clone()],
        verifier,
        answers: Vec::new(),
    };

    let mut keys = vec![
        with_form(&mut watch, &mut alice, false, "").await,
        with_form(&mut watch, &mut alice, true, "").await,
    ];
    let recoverable = shown_again(&mut watch, &mut alice).await;
    let from_shell = place.run(
        &["key", "create", "--tenant", "Acme", "--name", "Canary"],
        "",
    );
    let made = server.system(&keys[0].secret).create("Canary").await.json();
    for secret in [from_shell.done().out.trim(), made["key"].as_str().unwrap()] {
        watch.secrets.push(secret.to_owned());
        let me = server.system(secret).whoami().await.json();
        keys.push(app::Issued {
            id: me["id"].as_str().unwrap().to_owned(),
            secret: secret.to_owned(),
        });
    }
    watch.is_absent_from("standard error of the command", from_shell.err.as_bytes());
    let token = app::Issued {
        id: String::new(),
        secret: watch.verifier.clone(),
    };
    wrong_places(&mut watch, &server, &mut alice, &token).await;
    everyday_use(&mut watch, &server, &mut alice, &recoverable).await;
    for key in &keys {
        everyday_use(&mut watch, &server, &mut alice, key).await;
        wrong_places(&mut watch, &server, &mut alice, key).await;
    }
    third_parties::look(&mut watch, &server, &mut alice, &keys[0].secret).await;
    for key in &keys {
        end_of_life(&mut watch, &server, &mut alice, key).await;
    }

    assert!(watch.answers.len() > 100);
    for (what, text) in &watch.answers {
        watch.is_absent_from(&format!("the answer to {what}"), text.as_bytes());
    }
    // While it runs, with its write-ahead log, and after it stopped.
    for round in ["running", "stopped"] {
        assert!(server.log().len() > 1_000, "nothing was logged");
        for (name, bytes) in stored(&place).into_iter().filter(|_| round == "running") {
            watch.is_absent_from(&name, &bytes);
        }
        watch.is_absent_from("the log", server.log().as_bytes());
        if round == "running" {
            assert_eq!(server.stop(), 0);
        }
    }
}
