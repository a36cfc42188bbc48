//! The effective configuration: flags, then `KEYSTEAD_*` variables, then `keystead.toml`, then defaults.
//!
//! This is the only place that reads the environment.

mod integrations;
mod mail;
mod plans;
mod private_file;
pub mod secret_file;
pub mod secrets;
pub mod settings;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::db::connection::Source;
use crate::domain::authority::Authority;
use crate::domain::catalogue::Catalogue;
use crate::domain::forwarded::TrustedProxies;
use crate::domain::key_text;
use crate::domain::plan::Plan;
use crate::domain::private_hosts::PrivateHosts;
use crate::domain::second_factor::Required;
use crate::mail::settings::MailSettings;
use settings::Settings;

/// What the program runs with. Made from [`Settings`] alone; nothing reads a setting twice.
#[derive(Clone)]
pub struct Config {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// A Unix socket to listen on as well.
    pub unix_socket: Option<PathBuf>,
    /// Where to listen for Prometheus, if at all.
    pub metrics_listen: Option<SocketAddr>,
    /// Where the database file, the secrets, the lock and the control socket live.
    pub data_dir: PathBuf,
    /// The database.
    pub database: Source,
    /// The address under which browsers reach us, without a trailing slash; unknown unless set.
    pub public_url: Option<String>,
    /// The proxies that say for whom they ask; nobody unless set.
    pub trusted_proxies: TrustedProxies,
    /// First part of every new key.
    pub brand: String,
    /// What this server is called among several; the name of the machine unless set.
    pub node_name: Option<String>,
    /// Seconds after which a server that lost its PostgreSQL stops answering.
    pub lease_seconds: u64,
    /// Threads that answer requests.
    pub workers: usize,
    /// Connections that one address may have at once.
    pub connections_per_address: usize,
    /// Minutes without activity after which a session ends.
    pub session_idle_minutes: i64,
    /// Hours after which a session ends in any case.
    pub session_hours: i64,
    /// Allows the session cookie on plain HTTP to hosts other than localhost.
    pub insecure_cookie: bool,
    /// Who must have a second factor.
    pub require_second_factor: Required,
    /// JSON lines instead of text.
    pub log_json: bool,
    /// Filter, such as `info` or `keystead=debug`.
    pub log: String,
    /// Changes that a tenant, and each of its keys and people, may make each second over time; 0 for any number.
    pub changes_per_second: u32,
    /// Single requests that may be recorded each second over time; 0 records none.
    pub request_log_per_second: usize,
    /// Days for which single requests are kept.
    pub request_log_days: i64,
    /// MiB of free disk below which nothing is only noted; 0: never.
    pub low_disk_mib: u64,
    /// Days for which daily totals are kept.
    pub usage_days: i64,
    /// Days for which the audit log is kept; for ever unless set.
    pub audit_days: Option<i64>,
    /// Files of the secrets, when they are not in the data directory.
    pub pepper_file: Option<PathBuf>,
    /// As `pepper_file`, for the master key.
    pub master_key_file: Option<PathBuf>,
    /// Whether third parties may be called, to test credentials.
    pub outbound_calls: bool,
    /// Hosts in private networks that may be called as well.
    pub outbound_private_hosts: PrivateHosts,
    /// How mail is sent; none is unless set.
    pub mail: Option<MailSettings>,
    /// The integrations that can be chosen.
    pub catalogue: Arc<Catalogue>,
    /// The plans that a tenant can be on.
    pub plans: Vec<Plan>,
}

impl Config {
    /// Reads the values.
    ///
    /// # Errors
    /// One line that names the setting and what it should be.
    pub fn from_settings(settings: &Settings) -> Result<Self, String> {
        let listen = settings.parse("listen", "an address and port, such as 127.0.0.1:8080")?;
        let metrics_listen = metrics_listen(settings)?;
        let data_dir = PathBuf::from(settings.text("data_dir"));
        let database = match settings.optional("database_url") {
            Some(url) => Source::parse(&url)?,
            None => Source::in_dir(&data_dir),
        };
        let public_url = settings
            .optional("public_url")
            .map(|url| check_public_url(&url))
            .transpose()?;
        let insecure_cookie = insecure_cookie(settings, public_url.as_deref())?;
        let positive =
            |name: &str, most: i64| match settings.parse::<i64>(name, "a whole number")? {
                value if (1..=most).contains(&value) => Ok(value),
                _ => Err(format!("{name}: use 1 to {most}")),
            };
        let private_hosts = PrivateHosts::parse(&settings.text("outbound_private_hosts"))
            .map_err(|why| format!("outbound_private_hosts: {why}"))?;
        let mail = mail::read(settings, public_url.as_deref())?;
        let integrations_file = settings.optional("integrations_file");
        Ok(Self {
            listen,
            unix_socket: settings.optional("unix_socket").map(PathBuf::from),
            metrics_listen,
            data_dir,
            database,
            public_url,
            trusted_proxies: trusted_proxies(settings)?,
            brand: brand(settings)?,
            node_name: node_name(settings)?,
            lease_seconds: lease_seconds(settings)?,
            workers: usize::try_from(positive("workers", 256)?).unwrap_or(1),
            connections_per_address: usize::try_from(positive(
                "connections_per_address",
                1_000_000,
            )?)
            .unwrap_or(1),
            session_idle_minutes: positive("session_idle_minutes", 60)?,
            session_hours: positive("session_hours", 24)?,
            insecure_cookie,
            require_second_factor: second_factor(settings)?,
            log_json: settings.parse("log_json", "true or false")?,
            log: settings.text("log"),
            changes_per_second: changes_per_second(settings)?,
            request_log_per_second: request_log_per_second(settings)?,
            request_log_days: positive("request_log_days", 3_650)?,
            low_disk_mib: low_disk_mib(settings)?,
            usage_days: positive("usage_days", 3_650)?,
            audit_days: audit_days(settings)?,
            pepper_file: settings.optional("pepper_file").map(PathBuf::from),
            master_key_file: settings.optional("master_key_file").map(PathBuf::from),
            catalogue: integrations::read(integrations_file.as_deref(), &private_hosts)?,
            outbound_calls: settings.parse("outbound_calls", "true or false")?,
            outbound_private_hosts: private_hosts,
            mail,
            plans: settings.plans().to_vec(),
        })
    }
}

fn brand(settings: &Settings) -> Result<String, String> {
    let brand = settings.text("key_brand");
    if key_text::is_brand(&brand) {
        return Ok(brand);
    }
    Err("key_brand: use 2 to 12 lower-case letters or digits, starting with a letter".into())
}

fn trusted_proxies(settings: &Settings) -> Result<TrustedProxies, String> {
    let family = settings.parse("forwarded_header", "x-forwarded-for or forwarded")?;
    TrustedProxies::parse(&settings.text("trusted_proxies"), family)
        .map_err(|why| format!("trusted_proxies: {why}"))
}

fn metrics_listen(settings: &Settings) -> Result<Option<SocketAddr>, String> {
    let wanted = "an address and port, such as 127.0.0.1:9464";
    let is_set = settings.optional("metrics_listen").is_some();
    is_set
        .then(|| settings.parse("metrics_listen", wanted))
        .transpose()
}

fn node_name(settings: &Settings) -> Result<Option<String>, String> {
    let name = settings.optional("node_name");
    let is_bad = |name: &String| name.chars().count() > 100 || name.chars().any(char::is_control);
    match name {
        Some(name) if is_bad(&name) => Err("node_name: use at most 100 characters".into()),
        name => Ok(name),
    }
}

/// Renewed five times while it lasts, and each time the database has a second or so to answer.
fn lease_seconds(settings: &Settings) -> Result<u64, String> {
    match settings.parse("lease_seconds", "a whole number")? {
        value @ 2..=5 => Ok(value),
        _ => Err("lease_seconds: use 2 to 5".into()),
    }
}

fn insecure_cookie(settings: &Settings, public_url: Option<&str>) -> Result<bool, String> {
    let is_insecure = settings.parse("insecure_cookie", "true or false")?;
    if is_insecure && public_url.is_some_and(|url| url.starts_with("https:")) {
        return Err(
            "insecure_cookie: leave it out, because public_url is https, where sessions are never sent in the clear"
                .into(),
        );
    }
    Ok(is_insecure)
}

fn second_factor(settings: &Settings) -> Result<Required, String> {
    settings.parse("require_second_factor", "staff, everyone or nobody")
}

fn audit_days(settings: &Settings) -> Result<Option<i64>, String> {
    if settings.optional("audit_days").is_none() {
        return Ok(None);
    }
    match settings.parse("audit_days", "a whole number")? {
        days @ 1..=36_500 => Ok(Some(days)),
        _ => Err("audit_days: use 1 to 36500, or leave it empty".into()),
    }
}

fn changes_per_second(settings: &Settings) -> Result<u32, String> {
    match settings.parse("changes_per_second", "a whole number")? {
        value @ 0..=10_000 => Ok(value),
        _ => Err("changes_per_second: use 0 to 10000".into()),
    }
}

fn low_disk_mib(settings: &Settings) -> Result<u64, String> {
    match settings.parse("low_disk_mib", "a whole number")? {
        value @ 0..=1_000_000_000 => Ok(value),
        _ => Err("low_disk_mib: use 0 to 1000000000".into()),
    }
}

fn request_log_per_second(settings: &Settings) -> Result<usize, String> {
    match settings.parse("request_log_per_second", "a whole number")? {
        value @ 0..=1_000_000 => Ok(value),
        _ => Err("request_log_per_second: use 0 to 1000000".into()),
    }
}

/// The origin of a URL, without a path: its usual port is left out, as browsers leave it out of the `Host` header.
fn check_public_url(url: &str) -> Result<String, String> {
    let refused = "public_url: use http:// or https://, a host and perhaps a port, without a path";
    let url = url.trim_end_matches('/');
    // The parser mends what people should see refused: a lacking `//`, white space, paths that lead nowhere, names
    // and passwords.
    let is_bare = url.split_once("://").is_some_and(|(_, host)| {
        !host.is_empty()
            && !host.contains(['/', '?', '#', '@', '\\', '%'])
            && !host.contains(char::is_whitespace)
    });
    let (host, is_https) = Authority::of_origin(url)
        .filter(|_| is_bare)
        .ok_or(refused)?;
    let scheme = if is_https { "https" } else { "http" };
    Ok(format!("{scheme}://{host}"))
}
