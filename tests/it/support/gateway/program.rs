//! The program of a gateway: its files, its command, its start.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::super::raw::talk;
use super::{Kind, caddy, envoy, haproxy, nginx, traefik};

const PATIENCE: Duration = Duration::from_secs(60);

/// Which lines of the shipped files are in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    AsShipped,
    /// Also those that begin with # and no blank behind it.
    Uncommented,
}

/// What a configuration is made for.
pub struct Site<'a> {
    pub files: Files,
    pub dir: &'a Path,
    /// Where the gateway listens.
    pub socket: SocketAddr,
    /// What the shipped files call 127.0.0.1:8080 and 127.0.0.1:9000.
    pub keystead: &'a str,
    pub api: &'a str,
}

impl Site<'_> {
    /// A file for this start of the gateway.
    pub fn file(&self, ending: &str) -> PathBuf {
        self.dir.join(format!("{}.{ending}", self.socket.port()))
    }

    /// Writes a file and says where it is.
    pub fn write(&self, ending: &str, text: &str) -> String {
        let path = self.file(ending);
        fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    /// A file of `deploy/`.
    pub fn read(&self, name: &str) -> String {
        match self.files {
            Files::AsShipped => shipped(name),
            Files::Uncommented => uncommented(&shipped(name)),
        }
    }

    /// A file of `deploy/` with the two addresses and each of these texts replaced.
    pub fn shipped(&self, name: &str, changes: &[(&str, &str)]) -> String {
        let both = [
            ("127.0.0.1:8080", self.keystead),
            ("127.0.0.1:9000", self.api),
        ];
        [&both, changes]
            .concat()
            .iter()
            .fold(self.read(name), |text, (from, to)| {
                replaced(&text, from, to)
            })
    }
}

/// A file of `deploy/`.
pub fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("deploy")
        .join(name);
    fs::read_to_string(path).unwrap()
}

fn uncommented(text: &str) -> String {
    let in_force = |line: &str| {
        let (blanks, rest) = line.split_at(line.len() - line.trim_start().len());
        match rest.strip_prefix('#') {
            Some(code) if !code.is_empty() && !code.starts_with(' ') => format!("{blanks}{code}\n"),
            _ => format!("{line}\n"),
        }
    };
    text.lines().map(in_force).collect()
}

/// Replaces a text that must be there: a file that has changed would otherwise be run with other ports.
#[track_caller]
pub fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "no {from:?} in {text}");
    text.replace(from, to)
}

/// A program from PyPI, where `tests/run` put it.
pub fn from_pypi(name: &str) -> Command {
    let place = std::env::var("KEYSTEAD_TEST_GATEWAYS").unwrap_or_else(|_| {
        panic!(
            "this test runs {name}: please use tests/run, or install tests/gateways/requirements.txt into a Python \
             environment and name its folder bin in KEYSTEAD_TEST_GATEWAYS"
        )
    });
    Command::new(Path::new(&place).join(name))
}

/// A port that nobody uses at the moment.
pub fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// Starts a gateway on a free port. Another process may take the port in between, so it gets a few tries.
pub fn run(
    kind: Kind,
    files: Files,
    dir: &Path,
    keystead: &str,
    api: SocketAddr,
) -> (SocketAddr, Child) {
    for _ in 0..5 {
        let api = api.to_string();
        let site = Site {
            files,
            dir,
            socket: free(),
            keystead,
            api: &api,
        };
        let log = site.file("log");
        let said = fs::File::create(&log).unwrap();
        let mut process = command(kind, &site)
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap_or_else(|cause| {
                panic!("this test runs {kind:?}: please install the Debian packages nginx-light, caddy and haproxy: {cause}")
            });
        if is_ready(kind, &mut process, site.socket, &log) {
            return (site.socket, process);
        }
        let said = text(&log);
        assert!(said.contains("in use"), "{kind:?} did not start: {said}");
    }
    panic!("no free port for {kind:?}");
}

/// The command that runs a gateway with the shipped file, ports and paths replaced.
fn command(kind: Kind, site: &Site) -> Command {
    match kind {
        Kind::Nginx | Kind::NginxBySocket => nginx::command(site),
        Kind::Caddy => caddy::command(site),
        Kind::Haproxy => haproxy::command(site),
        Kind::Traefik => traefik::command(site),
        Kind::Envoy => envoy::command(site),
    }
}

/// Waits until it passes on; false when it ended instead.
fn is_ready(kind: Kind, process: &mut Child, socket: SocketAddr, log: &Path) -> bool {
    let deadline = Instant::now() + PATIENCE;
    let question = b"GET /healthz HTTP/1.1\r\nHost: keys.example.com\r\nConnection: close\r\n\r\n";
    while process.try_wait().unwrap().is_none() {
        // Traefik listens before it knows its routes, and answers 404 until then.
        if TcpStream::connect(socket).is_ok()
            && ![0, 404].contains(&talk(socket, question, PATIENCE).status())
        {
            return true;
        }
        if Instant::now() > deadline {
            let _ = process.kill();
            panic!("{kind:?} does not pass on: {}", text(log));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}
