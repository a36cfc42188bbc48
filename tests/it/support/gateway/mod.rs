//! A real gateway in front of a real Keystead, run with the files that `deploy/` holds.

mod caddy;
mod envoy;
mod haproxy;
pub mod nginx;
mod program;
mod traefik;

use std::net::{IpAddr, SocketAddr};
use std::process::{Child, Command};

use super::browser_like::{Answer, Person};
use super::echo::{Echo, Seen};
use super::process::{Place, Server};
use super::relay::Relay;
use super::system::KEYS;
use reqwest::Method;
use serde_json::{Value, json};

use program::Files;
pub use program::{free, replaced, shipped};

/// Which gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Nginx,
    /// nginx that asks on the Unix socket.
    NginxBySocket,
    Caddy,
    Haproxy,
    Traefik,
    Envoy,
}

/// A gateway, the Keystead that it asks, and the API that it guards.
pub struct Gateway {
    pub socket: SocketAddr,
    pub keystead: Server,
    pub api: Echo,
    admin: String,
    process: Child,
    _place: Place,
}

impl Gateway {
    pub fn start(kind: Kind) -> Self {
        Self::start_with(kind, |command| command)
    }

    /// With a relay between the gateway and Keystead.
    pub fn start_relayed(kind: Kind) -> (Self, Relay) {
        let mut relay = None;
        let gateway = Self::build(
            kind,
            Files::AsShipped,
            |command| command,
            |keystead| relay.insert(Relay::to(&keystead)).at.clone(),
        );
        (gateway, relay.unwrap())
    }

    /// With another server in the place of Keystead, which only makes the keys.
    pub fn start_asking(kind: Kind, other: &Echo) -> Self {
        let way = |_| other.socket.to_string();
        Self::build(kind, Files::AsShipped, |command| command, way)
    }

    /// With what the files show commented out in force: CORS preflights pass.
    pub fn start_letting_preflights_pass(kind: Kind) -> Self {
        let same = |keystead| keystead;
        Self::build(kind, Files::Uncommented, |command| command, same)
    }

    /// In front of a Keystead whose command was changed a little.
    pub fn start_with(kind: Kind, change: impl FnOnce(Command) -> Command) -> Self {
        Self::build(kind, Files::AsShipped, change, |keystead| keystead)
    }

    fn build(
        kind: Kind,
        files: Files,
        change: impl FnOnce(Command) -> Command,
        way: impl FnOnce(String) -> String,
    ) -> Self {
        let place = Place::new().with_acme();
        let admin = place.key("Admin");
        let mut command = place.command(&["serve"]);
        let by_socket = (kind == Kind::NginxBySocket).then(|| place.dir.join("keystead.sock"));
        match &by_socket {
            Some(path) => command
                .env("KEYSTEAD_TRUSTED_PROXIES", "unix")
                .env("KEYSTEAD_UNIX_SOCKET", path),
            None => command.env("KEYSTEAD_TRUSTED_PROXIES", "127.0.0.1"),
        };
        let keystead = place.start(change(command));
        let api = Echo::start();
        let at = match by_socket {
            Some(path) => format!("unix:{}", path.display()),
            None => keystead.socket().to_string(),
        };
        let (socket, process) = program::run(kind, files, &place.dir, &way(at), api.socket);
        Self {
            socket,
            keystead,
            api,
            admin,
            process,
            _place: place,
        }
    }

    /// Id and secret of a new key.
    pub async fn key(&self, name: &str, group: &str, allowed: &[&str]) -> (String, String) {
        self.keystead.issue(&self.admin, name, group, allowed).await
    }

    /// The id of a new project, and the secret of a key that belongs to it.
    pub async fn key_of_project(&self) -> (String, String) {
        let project = self
            .make("/api/v1/projects", json!({ "name": "Shop" }))
            .await;
        let project = project["id"].as_str().unwrap();
        let made = self
            .make(KEYS, json!({ "name": "Till", "project": project }))
            .await;
        (project.to_owned(), made["key"].as_str().unwrap().to_owned())
    }

    /// What an admin's key makes at an address of the REST API.
    pub async fn make(&self, path: &str, wish: Value) -> Value {
        let made = self.keystead.system(&self.admin).post(path, wish).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.json()
    }

    pub async fn revoke(&self, id: &str) {
        let answer = self
            .keystead
            .system(&self.admin)
            .delete(&format!("{KEYS}/{id}"))
            .await;
        assert_eq!(answer.status, 204, "{}", answer.body);
    }

    /// Sends a request through the gateway from an address of this machine.
    pub async fn send(
        &self,
        from: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let from: IpAddr = from.parse().unwrap();
        let client = Person::new(&format!("http://{}", self.socket), Some(from));
        let mut request = client
            .request(method, path)
            .header("Host", "api.example.com");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request).await
    }

    /// Reads with a key, or without one.
    pub async fn read(&self, key: Option<&str>) -> Answer {
        let bearer = key.map(|key| format!("Bearer {key}"));
        let headers: Vec<(&str, &str)> = bearer
            .iter()
            .map(|bearer| ("Authorization", &**bearer))
            .collect();
        self.send("127.0.0.1", Method::GET, "/orders", &headers)
            .await
    }

    /// The only request that reached the API.
    #[track_caller]
    pub fn only_seen(&self) -> Seen {
        let seen = self.api.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].clone()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
