//! `keystead demo`: a lively server on made-up data, gone when it stops.

mod integrations;
mod owners;
mod people;
pub mod samples;
mod usage;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use self::samples::{SampleKey, Samples};
use crate::cli::out;
use crate::config::Config;
use crate::db;
use crate::db::connection::Source;
use crate::domain::key_text::KeySecret;
use crate::domain::second_factor::Required;
use crate::domain::time::Clock;
use crate::domain::{password, random};
use crate::server::Application;
use crate::server::storage::open_storage;
use crate::telemetry;

/// Nothing to choose yet: `--listen` and the other settings hold here too.
#[derive(clap::Args)]
pub struct Args {}

/// The password that the demo prints for everybody.
const PASSWORD: &str = "demo demo demo 2026";

/// Removes the demo's directory when the server has stopped.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(cause) = std::fs::remove_dir_all(&self.0) {
            out::note(format_args!(
                "keystead: can't remove {}: {cause}",
                self.0.display()
            ));
        }
    }
}

/// Fills a temporary database and serves it until it is stopped.
pub fn run(mut config: Config, _: &Args) -> Result<(), String> {
    telemetry::start("warn", config.log_json)?;
    let name = random::token()?;
    config.data_dir =
        std::env::temp_dir().join(format!("keystead-demo-{}", name.get(..12).unwrap_or(&name)));
    config.database = Source::in_dir(&config.data_dir);
    // Whoever looks around gets by with the password.
    config.require_second_factor = Required::OfNobody;
    // Secrets of its own, in there too.
    (config.pepper_file, config.master_key_file) = (None, None);
    let _temporary = Temporary(config.data_dir.clone());
    let (Samples { keys, verifier }, credentials) = fill(&config)?;
    actix_web::rt::System::new().block_on(async {
        let application = Application::build(&config, &Clock::System)?;
        out::announce(format_args!("Keystead demo at {}", application.base_url()));
        out::announce("Everything here is made up and is removed when you stop it with Ctrl C.");
        out::announce("Nobody needs a second factor here (require_second_factor = nobody).\n");
        out::announce(format_args!(
            "Sign in at {}/login with the password: {PASSWORD}",
            application.base_url()
        ));
        for (person, email, tenant) in samples::PEOPLE {
            out::announce(format_args!("  {email:24} {person}, admin of {tenant}"));
        }
        let (person, email) = samples::SUPPORTER;
        out::announce(format_args!("  {email:24} {person}, support staff: raises limits"));
        out::announce(format_args!(
            "\n{} made-up systems call it all the time; {} of them have keys that work.",
            keys.len(),
            keys.iter().filter(|key| key.works).count()
        ));
        if let Some(key) = keys.iter().find(|key| key.works_everywhere) {
            out::announce(format_args!("\nAsk about a key as an API server does, with the token of the verifier \"Orders API\":"));
            out::announce(format_args!(
                "  curl -H 'Authorization: Bearer {}' -H 'Content-Type: application/json' \\",
                verifier.expose()
            ));
            out::announce(format_args!(
                "    -d '{{\"key\":\"{}\"}}' {}/api/v1/verify",
                key.secret.expose(),
                application.base_url()
            ));
        }
        if let Some(key) = keys.iter().find(|key| key.gets_credentials) {
            get_credentials(application.address(), &key.secret, credentials);
        }
        simulate(application.address(), keys, &verifier);
        application.run().await
    })
}

/// Fills the database; gives the samples, and the paths at which systems get credentials of other services.
fn fill(config: &Config) -> Result<(Samples, Vec<String>), String> {
    let storage = open_storage(config)?;
    let digest = password::digest(PASSWORD)?;
    let pepper = storage
        .secrets
        .peppers
        .first()
        .ok_or("there is no pepper")?;
    let now = Clock::System.now();
    storage
        .db
        .write(|conn| {
            let filled = samples::fill(conn, &config.brand, pepper, &digest, now)?;
            let (.., tenant) = samples::PEOPLE[0];
            let tenant = db::tenants::find_by_name(conn, tenant)?.id;
            let with = (&storage.master_keys, &*config.catalogue);
            people::fill(conn, tenant, &digest, now)?;
            Ok((filled, integrations::fill(conn, tenant, with, now)?))
        })
        .map_err(String::from)
}

/// What the systems do: method, path, scope.
const CALLS: [(&str, &str, &str); 5] = [
    ("GET", "/v1/work-orders", "work-orders:read"),
    ("GET", "/v1/meters/17/readings", "meters:read"),
    ("POST", "/v1/work-orders", "work-orders:write"),
    ("GET", "/v1/work-orders/4711", "work-orders:read"),
    ("GET", "/v1/meters", "meters:read"),
];

/// One thread for each system; its API server asks between four times a second and once in ten seconds.
fn simulate(server: SocketAddr, keys: Vec<SampleKey>, verifier: &KeySecret) {
    for (number, key) in keys.into_iter().enumerate() {
        let pause = 86_400_000 / u64::try_from(key.requests_a_day).unwrap_or(1).max(1);
        let pause = Duration::from_millis(pause.clamp(250, 10_000));
        let token = verifier.expose().to_owned();
        let call = move || {
            for (method, path, scope) in CALLS.into_iter().cycle() {
                let question = json!({
                    "key": key.secret.expose(),
                    "ip": format!("203.0.113.{}", number + 7),
                    "method": method,
                    "path": path,
                    "scope": scope,
                    "user_agent": format!("demo-system/{}.2", number + 1),
                });
                // The server may be starting or stopping; the next turn tries again.
                let _ = send(server, "POST /api/v1/verify", &token, &question.to_string());
                std::thread::sleep(pause);
            }
        };
        if let Err(cause) = std::thread::Builder::new().name("demo".into()).spawn(call) {
            tracing::warn!(%cause, "a simulated system could not start");
        }
    }
}

/// A system of the first tenant that gets a credential every few seconds.
fn get_credentials(server: SocketAddr, key: &KeySecret, paths: Vec<String>) {
    let key = key.expose().to_owned();
    let call = move || {
        for path in paths.iter().cycle() {
            let _ = send(server, &format!("GET {path}"), &key, "");
            std::thread::sleep(Duration::from_secs(3));
        }
    };
    if let Err(cause) = std::thread::Builder::new().name("demo".into()).spawn(call) {
        tracing::warn!(%cause, "a simulated system could not start");
    }
}

fn send(server: SocketAddr, what: &str, token: &str, body: &str) -> std::io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&server, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    write!(
        stream,
        "{what} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    stream.read_to_end(&mut Vec::new()).map(|_| ())
}
