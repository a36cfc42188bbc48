//! A real gateway in front of a real Keystead, run with the files that `deploy/` holds.

use std::fs;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::browser_like::{Answer, Person};
use super::echo::{Echo, Seen};
use super::process::{Place, Server};
use super::relay::Relay;
use super::system::KEYS;
use reqwest::Method;

/// Which gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Nginx,
    /// nginx that asks on the Unix socket.
    NginxBySocket,
    Caddy,
    Haproxy,
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
            |command| command,
            |keystead| relay.insert(Relay::to(&keystead)).at.clone(),
        );
        (gateway, relay.unwrap())
    }

    /// In front of a Keystead whose command was changed a little.
    pub fn start_with(kind: Kind, change: impl FnOnce(Command) -> Command) -> Self {
        Self::build(kind, change, |keystead| keystead)
    }

    fn build(
        kind: Kind,
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
        let (socket, process) = run(kind, &place.dir, &way(at), api.socket);
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

/// Starts a gateway on a free port. Another process may take the port in between, so it gets a few tries.
fn run(kind: Kind, dir: &Path, keystead: &str, api: SocketAddr) -> (SocketAddr, Child) {
    for _ in 0..5 {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = free.local_addr().unwrap();
        drop(free);
        let (mut command, log) = prepare(kind, dir, socket, keystead, &api.to_string());
        let mut process = command.spawn().unwrap_or_else(|cause| {
            panic!("this test runs {kind:?}: please install the Debian packages nginx-light, caddy and haproxy: {cause}")
        });
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if process.try_wait().unwrap().is_some() {
                break;
            }
            if TcpStream::connect(socket).is_ok() {
                return (socket, process);
            }
            if Instant::now() > deadline {
                let _ = process.kill();
                panic!("{kind:?} does not listen: {}", text(&log));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let said = text(&log);
        assert!(said.contains("in use"), "{kind:?} did not start: {said}");
    }
    panic!("no free port for {kind:?}");
}

/// The command that runs a gateway with the shipped file, ports and paths replaced, and the file of its log.
fn prepare(
    kind: Kind,
    dir: &Path,
    socket: SocketAddr,
    keystead: &str,
    api: &str,
) -> (Command, PathBuf) {
    let both = [("127.0.0.1:8080", keystead), ("127.0.0.1:9000", api)];
    let shown = dir.display();
    let name = socket.port().to_string();
    let log = dir.join(format!("{name}.log"));
    let config = dir.join(format!("{name}.conf"));
    let mut command = match kind {
        Kind::Nginx | Kind::NginxBySocket => {
            let site = shipped("nginx/keystead.conf", &both);
            let site = replaced(&site, "listen 80;", &format!("listen {socket};"));
            let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|what| format!("{what}_temp_path {shown}/nginx-{what};\n"))
                .concat();
            // One process, so that the end of the test is its end too.
            let whole = format!(
                "daemon off;\nmaster_process off;\npid {shown}/{name}.pid;\nerror_log stderr;\nevents {{}}\n\
                 http {{\naccess_log off;\n{paths}{site}}}\n"
            );
            fs::write(&config, whole).unwrap();
            let mut command = Command::new("nginx");
            command.arg("-c").arg(&config).arg("-p").arg(dir);
            command
        }
        Kind::Caddy => {
            let sites = shipped("caddy/Caddyfile", &both);
            let port = socket.port();
            let sites = replaced(
                &sites,
                "\napi.example.com {",
                &format!("\nhttp://api.example.com:{port} {{"),
            );
            let sites = replaced(
                &sites,
                "\nkeys.example.com {",
                &format!("\nhttp://keys.example.com:{port} {{"),
            );
            let sites =
                format!("{{\nadmin off\nauto_https off\ndefault_bind 127.0.0.1\n}}\n{sites}");
            fs::write(&config, sites).unwrap();
            let mut command = Command::new("caddy");
            command
                .args(["run", "--adapter", "caddyfile", "--config"])
                .arg(&config);
            command.env("HOME", dir).env("XDG_DATA_HOME", dir);
            command.env("XDG_CONFIG_HOME", dir);
            command
        }
        Kind::Haproxy => {
            let way = format!("abns@keystead-{}", uuid::Uuid::new_v4().simple());
            let script = shipped("haproxy/keystead.lua", &[("abns@keystead", &way)]);
            let path = dir.join("keystead.lua");
            fs::write(&path, script).unwrap();
            let whole = shipped("haproxy/haproxy.cfg", &both);
            let whole = replaced(&whole, "abns@keystead", &way);
            let whole = replaced(&whole, "bind :80", &format!("bind {socket}"));
            let path = path.to_string_lossy().into_owned();
            let whole = replaced(&whole, "/etc/haproxy/keystead.lua", &path);
            fs::write(&config, whole).unwrap();
            let mut command = Command::new("haproxy");
            command.args(["-db", "-f"]).arg(&config);
            command
        }
    };
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&log).unwrap());
    (command, log)
}

/// A file of `deploy/` with each of these texts replaced.
fn shipped(name: &str, changes: &[(&str, &str)]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("deploy")
        .join(name);
    let text = fs::read_to_string(&path).unwrap();
    changes
        .iter()
        .fold(text, |text, (from, to)| replaced(&text, from, to))
}

/// Replaces a text that must be there: a file that has changed would otherwise be run with other ports.
#[track_caller]
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "no {from:?} in {text}");
    text.replace(from, to)
}

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}
