//! The settings of mail: a server, and who is told as the sender.

use std::path::Path;
use std::time::Duration;

use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use url::{Host, Url};
use zeroize::Zeroizing;

/// How long sending one message may take in all.
pub const DEADLINE: Duration = Duration::from_secs(20);

const SHAPE: &str = "smtp_url: use smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465; see the docs for more";

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// TLS from the first byte.
    Tls,
    /// TLS after a greeting, and nothing without it.
    StartTls,
    /// None.
    None,
}

/// A mail server, and the sender.
#[derive(Clone)]
pub struct MailSettings {
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub protection: Protection,
    /// Name and password, where it wants them.
    pub login: Option<(String, Zeroizing<String>)>,
    /// Who is told as the sender.
    pub from: Mailbox,
    /// Certificates of authorities that are trusted beside the usual ones, as PEM.
    pub authorities: Option<Vec<u8>>,
    /// How long sending one message may take in all.
    pub deadline: Duration,
}

impl MailSettings {
    /// Reads them.
    ///
    /// # Errors
    /// One line that names the setting, without the password.
    pub fn read(url: &str, from: &str, authorities: Option<&Path>) -> Result<Self, String> {
        let parsed = Url::parse(url).map_err(|_| SHAPE)?;
        let (protection, port) = match (parsed.scheme(), parsed.query()) {
            ("smtps", None) => (Protection::Tls, 465),
            ("smtp", None) => (Protection::StartTls, 587),
            ("smtp", Some("tls=none")) => (Protection::None, 25),
            _ => return Err(SHAPE.into()),
        };
        let is_bare = matches!(parsed.path(), "" | "/") && parsed.fragment().is_none();
        let host = match parsed.host() {
            Some(Host::Domain(name)) if is_bare && is_name(name) => name.to_lowercase(),
            Some(Host::Ipv4(address)) if is_bare => address.to_string(),
            Some(Host::Ipv6(address)) if is_bare => address.to_string(),
            _ => return Err(SHAPE.into()),
        };
        let login = login(&parsed)?;
        if login.is_some() && protection == Protection::None && !is_here(&host) {
            return Err(
                "smtp_url: with tls=none the password would travel in the clear; leave tls=none out, or the password"
                    .into(),
            );
        }
        let authorities = authorities.map(read_authorities).transpose()?;
        Ok(Self {
            host,
            port: parsed.port().unwrap_or(port),
            protection,
            login,
            from: sender(from)?,
            authorities,
            deadline: DEADLINE,
        })
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// True for this machine, on whose way nobody listens.
fn is_here(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn login(url: &Url) -> Result<Option<(String, Zeroizing<String>)>, String> {
    let read = |text: &str| percent_decode_str(text).decode_utf8().map(String::from);
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(password)) if !user.is_empty() && !password.is_empty() => {
            let user = read(user).map_err(|_| SHAPE)?;
            let password = read(password).map_err(|_| SHAPE)?;
            Ok(Some((user, password.into())))
        }
        _ => Err("smtp_url: give both a user and a password, or neither".into()),
    }
}

fn sender(text: &str) -> Result<Mailbox, String> {
    let wrong =
        "mail_from: use an address, such as keys@example.com, or Keystead <keys@example.com>";
    if text.chars().any(char::is_control) {
        return Err(wrong.into());
    }
    let mut from: Mailbox = text.parse().map_err(|_| wrong)?;
    from.name.get_or_insert_with(|| "Keystead".into());
    Ok(from)
}

fn read_authorities(path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let pem = std::fs::read(path)
        .map_err(|cause| format!("smtp_ca_file: can't read {shown}: {cause}"))?;
    match lettre::transport::smtp::client::Certificate::from_pem(&pem) {
        Ok(_) => Ok(pem),
        Err(_) => Err(format!("smtp_ca_file: {shown} holds no certificate in PEM")),
    }
}
