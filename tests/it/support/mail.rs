//! A real mail server beside a test: aiosmtpd for Python, which parses what it gets and knows nothing of Keystead.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use keystead::mail::settings::MailSettings;
use serde_json::Value;

use super::App;

const PATIENCE: Duration = Duration::from_secs(60);
/// The address of Keystead in links; no request names it.
pub const SITE: &str = "http://keys.example.test";
pub const FROM: &str = "Keystead <keys@example.test>";

/// A file of `tests/mail`.
pub fn file(name: &str) -> String {
    format!("{}/tests/mail/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A running mail server; it ends when it is dropped.
pub struct MailServer {
    pub port: u16,
    child: Child,
    said: Receiver<Value>,
}

impl MailServer {
    /// One that takes everything.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// One with settings of `server.py`, each without `KEYSTEAD_MAIL_`.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let python = std::env::var("KEYSTEAD_TEST_PYTHON").expect(
            "KEYSTEAD_TEST_PYTHON names a Python with aiosmtpd: run tests/run, which makes one, or \
             set it to target/authlib/bin/python",
        );
        let mut child = Command::new(python)
            .arg(file("server.py"))
            .env_clear()
            .env("KEYSTEAD_MAIL_CERT", file("server.pem"))
            .env("KEYSTEAD_MAIL_KEY", file("server.key"))
            .envs(
                settings
                    .iter()
                    .map(|(name, value)| (format!("KEYSTEAD_MAIL_{name}"), value)),
            )
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tell, said) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = tell.send(serde_json::from_str(&line).unwrap());
            }
        });
        let mut server = Self {
            port: 0,
            child,
            said,
        };
        let port = server.next()["port"].as_u64().unwrap();
        server.port = port.try_into().unwrap();
        server
    }

    /// Where Keystead finds it, without TLS.
    pub fn url(&self) -> String {
        url(self.port)
    }

    /// What comes next.
    #[track_caller]
    pub fn next(&self) -> Value {
        self.said.recv_timeout(PATIENCE).expect("no mail came")
    }

    /// The next message.
    #[track_caller]
    pub fn message(&self) -> Message {
        Message(self.next())
    }

    /// Fails if anything came that nobody asked for.
    #[track_caller]
    pub fn is_quiet(&self) {
        if let Ok(more) = self.said.try_recv() {
            panic!("{more}");
        }
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn url(port: u16) -> String {
    format!("smtp://127.0.0.1:{port}?tls=none")
}

/// A port at which nobody listens.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A message as the mail server took it.
pub struct Message(pub Value);

impl Message {
    fn text_of(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    pub fn text(&self) -> &str {
        self.text_of("text")
    }

    pub fn html(&self) -> &str {
        self.text_of("html")
    }

    /// The value of the one header of this name.
    #[track_caller]
    pub fn header(&self, name: &str) -> String {
        let all = self.0["headers"].as_array().unwrap();
        let found: Vec<&Value> = all.iter().filter(|one| one[0] == name).collect();
        assert_eq!(found.len(), 1, "{name}: {all:?}");
        found[0][1].as_str().unwrap().to_owned()
    }

    /// The names of its headers, in order.
    pub fn header_names(&self) -> Vec<&str> {
        let all = self.0["headers"].as_array().unwrap();
        all.iter().map(|one| one[0].as_str().unwrap()).collect()
    }

    /// Whom it was given for.
    pub fn to(&self) -> Vec<&str> {
        let all = self.0["to"].as_array().unwrap();
        all.iter().map(|one| one.as_str().unwrap()).collect()
    }

    /// The path of its only link, which is the same in both parts.
    #[track_caller]
    pub fn link(&self) -> String {
        let links: Vec<&str> = self
            .text()
            .split_whitespace()
            .filter(|word| word.starts_with("http") && word.contains("token="))
            .collect();
        assert_eq!(links.len(), 1, "{}", self.text());
        let page = scraper::Html::parse_document(self.html());
        let anchors = scraper::Selector::parse("a").unwrap();
        let mut anchors = page.select(&anchors);
        assert_eq!(anchors.next().unwrap().attr("href"), Some(links[0]));
        assert!(anchors.next().is_none());
        links[0].strip_prefix(SITE).unwrap().to_owned()
    }
}

impl App {
    /// A server that sends mail this way.
    pub async fn start_with_mail(url: &str) -> Self {
        Self::start_with_mail_by(MailSettings::read(url, FROM, None).unwrap()).await
    }

    pub async fn start_with_mail_by(settings: MailSettings) -> Self {
        let mut app = Self::start_with(
            |config| {
                config.public_url = Some(SITE.into());
                config.mail = Some(settings);
            },
            true,
        )
        .await;
        app.base = format!("http://{}", app.socket);
        app
    }

    /// Waits until nothing is left to be sent.
    #[track_caller]
    pub fn all_mail_is_gone(&self) {
        self.waits_until("SELECT count(*) AS n FROM outbox", |left| left == 0);
    }

    /// Waits until a message was tried so often, and waits for its next attempt.
    #[track_caller]
    pub fn mail_waits_after(&self, attempts: i32) {
        let in_hand = keystead::domain::letter::in_hand_until(self.clock.now());
        let query = format!(
            "SELECT count(*) AS n FROM outbox WHERE attempts = {attempts} AND due_at <> '{}'",
            in_hand.format("%Y-%m-%d %H:%M:%S%.f")
        );
        self.waits_until(&query, |waiting| waiting >= 1);
    }

    #[track_caller]
    fn waits_until(&self, query: &str, is_wanted: fn(i64) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_wanted(self.number(query)) {
            assert!(
                Instant::now() < deadline,
                "{query} is {}",
                self.number(query)
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Settings with the authority of the tests.
pub fn trusting(url: &str, authorities: &str) -> MailSettings {
    MailSettings::read(url, FROM, Some(Path::new(&file(authorities)))).unwrap()
}
