//! The table of settings, and where each value came from.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use zeroize::Zeroizing;

use super::plans;
use super::private_file::PrivateFile;
use crate::domain::plan::{self, Plan};

/// One setting: the same name as a flag (`--data-dir`), a variable (`KEYSTEAD_DATA_DIR`) and in `keystead.toml`.
#[derive(Debug)]
pub struct Setting {
    /// Name with underscores.
    pub name: &'static str,
    /// Value when nobody sets it; empty means unset.
    pub default: &'static str,
    /// One line for people.
    pub help: &'static str,
    /// Never printed; may also come from a file named by `KEYSTEAD_<NAME>_FILE`.
    pub secret: bool,
}

const fn setting(name: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting {
        name,
        default,
        help,
        secret: false,
    }
}

/// Every setting there is.
pub const ALL: &[Setting] = &[
    setting("listen", "127.0.0.1:8080", "Address and port to listen on"),
    setting(
        "unix_socket",
        "",
        "Path of a Unix socket to listen on as well, for a gateway on this machine; empty: none",
    ),
    setting(
        "data_dir",
        "./keystead-data",
        "Directory of the database file and the secrets",
    ),
    Setting {
        name: "database_url",
        default: "",
        help: "postgres://… for several nodes, or sqlite:PATH; empty: keystead.db in the data directory",
        secret: true,
    },
    setting(
        "public_url",
        "",
        "Address under which browsers reach Keystead, such as https://keys.example.com",
    ),
    setting(
        "trusted_proxies",
        "",
        "Addresses and CIDR ranges, separated by commas, of the proxies that say for whom they ask; unix: whoever connects to the Unix socket",
    ),
    setting(
        "forwarded_header",
        "x-forwarded-for",
        "The header in which trusted proxies say it: x-forwarded-for or forwarded",
    ),
    setting(
        "key_brand",
        "ks",
        "First part of every new key: ks gives ks_live_…",
    ),
    setting(
        "metrics_listen",
        "",
        "Address and port for Prometheus, such as 127.0.0.1:9464; empty: no metrics",
    ),
    setting(
        "node_name",
        "",
        "What this server is called among several on one PostgreSQL; empty: the name of the machine",
    ),
    setting(
        "lease_seconds",
        "5",
        "Seconds after which a server that lost PostgreSQL stops answering, and for which others wait for it (2 to 5, the same for all)",
    ),
    setting("workers", "2", "Threads that answer requests"),
    setting(
        "connections_per_address",
        "1000",
        "Connections that one address may have at once; trusted proxies and this machine may have any number",
    ),
    setting(
        "session_idle_minutes",
        "60",
        "Minutes without activity after which people must sign in again (at most 60)",
    ),
    setting(
        "session_hours",
        "24",
        "Hours after which people must sign in again in any case (at most 24)",
    ),
    setting(
        "insecure_cookie",
        "false",
        "Allow sign-in over plain HTTP from hosts other than localhost",
    ),
    setting(
        "require_second_factor",
        "staff",
        "Who must have a second factor, a code after the password: staff (support staff and super users), everyone or nobody",
    ),
    setting(
        "log",
        "info",
        "What to log: error, warn, info, debug, or a filter such as keystead=debug",
    ),
    setting("log_json", "false", "Write the log as JSON lines"),
    setting(
        "changes_per_second",
        "10",
        "Changes that a tenant, and each of its keys and people, may make each second over time; revoking and disabling has twice as much; 0: any number",
    ),
    setting(
        "request_log_per_second",
        "1000",
        "Single requests that a server records each second over time, with bursts of up to 8,192, shared fairly by tenants and keys; more are counted and shown as a gap; 0: none",
    ),
    setting(
        "request_log_days",
        "30",
        "Days for which single requests are kept",
    ),
    setting(
        "low_disk_mib",
        "512",
        "MiB of free disk below which nothing is noted any more, so that keys can still be changed; below a quarter of it they can only be stopped; 0: never",
    ),
    setting("usage_days", "400", "Days for which daily totals are kept"),
    setting(
        "audit_days",
        "",
        "Days for which the audit log is kept; empty: for ever",
    ),
    setting(
        "pepper_file",
        "",
        "File with the pepper; empty: pepper in the data directory",
    ),
    setting(
        "master_key_file",
        "",
        "File with the master key; empty: master-key in the data directory",
    ),
    setting(
        "integrations_file",
        "",
        "TOML file that adds integrations to the built-in ones and hides some; empty: none",
    ),
    setting(
        "outbound_calls",
        "false",
        "Allow calls to third parties that test whether a credential works",
    ),
    setting(
        "outbound_private_hosts",
        "",
        "Hosts in private networks, separated by commas, to which such calls may go",
    ),
    Setting {
        name: "smtp_url",
        default: "",
        help: "Mail server, as smtp://USER:PASSWORD@HOST:587 (STARTTLS) or smtps://USER:PASSWORD@HOST:465; empty: no mail is sent",
        secret: true,
    },
    setting(
        "smtp_ca_file",
        "",
        "PEM file with the authority of the mail server's certificate, when it is one of your own; empty: the usual ones",
    ),
    setting(
        "mail_from",
        "",
        "Sender of mail, such as Keystead <keys@example.com>; goes with smtp_url",
    ),
];

/// The values in force, with their sources; and the plans of the file.
#[derive(Clone, Debug)]
pub struct Settings {
    values: BTreeMap<&'static str, (String, &'static str)>,
    plans: Vec<Plan>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            values: BTreeMap::new(),
            plans: plan::built_in(),
        }
    }
}

impl Settings {
    /// Gathers flags, the given variables, and the file, in this order of strength.
    ///
    /// # Errors
    /// One line for an unknown variable or key, an unreadable file, or a secret given twice.
    pub fn gather(
        flags: &[(&'static str, Option<String>)],
        variables: &[(String, String)],
        file: Option<&Path>,
    ) -> Result<Self, String> {
        let mut values: BTreeMap<&'static str, (String, &'static str)> = ALL
            .iter()
            .map(|setting| (setting.name, (setting.default.to_owned(), "default")))
            .collect();
        let (of_file, plans) = read_file(file)?;
        for (name, value) in of_file {
            values.insert(name, (value, "keystead.toml"));
        }
        for (variable, value) in variables {
            let (name, value) = read_variable(variable, value)?;
            let before = values.insert(name, (value, "environment"));
            if before.is_some_and(|(_, source)| source == "environment") {
                return Err(format!(
                    "{variable}: the setting {name} is given by two variables; use one"
                ));
            }
        }
        for (name, value) in flags {
            if let Some(value) = value {
                values.insert(name, (value.clone(), "flag"));
            }
        }
        Ok(Self { values, plans })
    }

    /// The `KEYSTEAD_*` variables of this process.
    ///
    /// # Errors
    /// One line for a value that is not text; other programs' variables are not looked at.
    pub fn variables() -> Result<Vec<(String, String)>, String> {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(name, _)| name.starts_with("KEYSTEAD_"))
            .map(|(name, value)| match value.into_string() {
                Ok(value) => Ok((name, value)),
                Err(_) => Err(format!("{name}: the value is not text (UTF-8)")),
            })
            .collect()
    }

    /// The plans.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// A value as text.
    pub fn text(&self, name: &str) -> String {
        self.values
            .get(name)
            .map(|(value, _)| value.clone())
            .unwrap_or_default()
    }

    /// A value, unless it is empty.
    pub fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|value| !value.is_empty())
    }

    /// A value as a type; `wanted` completes the error "NAME: use …".
    ///
    /// # Errors
    /// One line that names the setting.
    pub fn parse<T: FromStr>(&self, name: &str, wanted: &str) -> Result<T, String> {
        self.text(name)
            .parse()
            .map_err(|_| format!("{name}: use {wanted}"))
    }

    /// Every setting as `name = value (source)`, secrets hidden, and a line for each plan.
    pub fn describe(&self) -> Vec<String> {
        let plans = self.plans.iter().map(|plan| {
            let features: Vec<&str> = plan.features.iter().map(|one| one.as_str()).collect();
            format!(
                "plan \"{}\" = key_limit {}, features [{}]",
                plan.name,
                plan.key_limit,
                features.join(", ")
            )
        });
        ALL.iter()
            .map(|setting| {
                let source = self
                    .values
                    .get(setting.name)
                    .map_or("default", |(_, source)| source);
                let value = self.text(setting.name);
                let shown = match (setting.secret, value.is_empty()) {
                    (_, true) => "(not set)".to_owned(),
                    (true, false) => "(hidden)".to_owned(),
                    (false, false) => value,
                };
                format!("{} = {shown}    # {source}", setting.name)
            })
            .chain(plans)
            .collect()
    }
}

fn find(name: &str) -> Option<&'static Setting> {
    ALL.iter().find(|setting| setting.name == name)
}

fn read_variable(variable: &str, value: &str) -> Result<(&'static str, String), String> {
    let name = variable
        .strip_prefix("KEYSTEAD_")
        .unwrap_or_default()
        .to_lowercase();
    if let Some(setting) = find(&name) {
        return Ok((setting.name, value.to_owned()));
    }
    match name.strip_suffix("_file").and_then(find) {
        Some(setting) if setting.secret => {
            let unread = |cause| format!("{variable}: can't read {value}: {cause}");
            let (text, is_private) = read_text(Path::new(value)).map_err(unread)?;
            if has_password(text.trim()) {
                is_private?;
            }
            Ok((setting.name, text.trim().to_owned()))
        }
        _ => Err(format!(
            "unknown variable {variable}; `keystead check-config` lists the settings"
        )),
    }
}

/// What is in a file, and why there may be no password in it.
fn read_text(path: &Path) -> std::io::Result<(Zeroizing<String>, Result<(), String>)> {
    let file = PrivateFile::open(path)?;
    let is_private = file.must_be_private("the file with a password", None);
    Ok((file.text()?, is_private))
}

fn has_password(url: &str) -> bool {
    let authority = url.split_once("://").map_or("", |(_, rest)| {
        rest.split(['/', '?']).next().unwrap_or_default()
    });
    let person = authority.rsplit_once('@').map_or("", |(person, _)| person);
    person.contains(':') || url.contains("password=")
}

/// The settings and the plans of a file.
type OfFile = (Vec<(&'static str, String)>, Vec<Plan>);

fn read_file(path: Option<&Path>) -> Result<OfFile, String> {
    let path = match path {
        Some(path) => path,
        None if Path::new("keystead.toml").exists() => Path::new("keystead.toml"),
        None => return Ok((Vec::new(), plan::built_in())),
    };
    let shown = path.display();
    let unread = |cause| format!("can't read {shown}: {cause}");
    let (text, is_private) = read_text(path).map_err(unread)?;
    let table: toml::Table = text
        .parse()
        .map_err(|cause: toml::de::Error| format!("{shown}: {}", cause.message()))?;
    let plans = plans::read(&text).map_err(|why| format!("{shown}, {why}"))?;
    let settings = table
        .into_iter()
        .filter(|(key, _)| key != "plan")
        .map(|(key, value)| {
            let setting = find(&key).ok_or_else(|| format!("{shown}: unknown key {key}"))?;
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(_) | toml::Value::Boolean(_) => value.to_string(),
                _ => {
                    return Err(format!(
                        "{shown}: {key} must be a text, a number, or true or false"
                    ));
                }
            };
            if setting.secret && has_password(&value) {
                is_private.clone()?;
            }
            Ok((setting.name, value))
        })
        .collect::<Result<_, String>>()?;
    Ok((settings, plans))
}
