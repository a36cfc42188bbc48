//! The real program, as an operator runs it.

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use keystead::db::connection::Source;
use keystead::db::{Db, audit_chain};

use super::app::scratch_dir;
use super::browser_like::Person;
use super::system::{KEYS, System, Token};
use super::{PASSWORD, credentials, database, direct};

const PATIENCE: Duration = Duration::from_secs(60);

/// A directory in which the program runs, with a database of its own.
pub struct Place {
    pub dir: PathBuf,
    source: Source,
}

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Outcome {
    /// Fails unless the program refused with exit code 2 and exactly one line, and gives the line.
    #[track_caller]
    pub fn refusal(&self) -> &str {
        assert_eq!(self.code, 2, "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{}", self.err);
        self.err.trim_end()
    }

    /// Fails unless it succeeded.
    #[track_caller]
    pub fn done(&self) -> &Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }
}

impl Place {
    pub fn new() -> Self {
        let dir = scratch_dir();
        let source = database::empty(&dir.join("data"));
        Self { dir, source }
    }

    /// As [`Place::new`], on a file also where other tests use a server.
    pub fn on_a_file() -> Self {
        let dir = scratch_dir();
        let source = Source::Sqlite(dir.join("data").join("keystead.db"));
        Self { dir, source }
    }

    /// On a database that others use as well.
    pub fn on(source: Source) -> Self {
        let dir = scratch_dir();
        Self { dir, source }
    }

    pub fn data(&self, name: &str) -> PathBuf {
        self.dir.join("data").join(name)
    }

    /// The program with nothing in its environment but where this place is.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keystead"));
        command
            .args(args)
            .current_dir(&self.dir)
            .env_clear()
            .env("KEYSTEAD_DATA_DIR", self.dir.join("data"))
            .env("KEYSTEAD_LISTEN", "127.0.0.1:0")
            .env("KEYSTEAD_CHANGES_PER_SECOND", "0")
            // Alice is a super user: what she does here is not about her second factor.
            .env("KEYSTEAD_REQUIRE_SECOND_FACTOR", "nobody");
        if let Source::Postgres(url) = &self.source {
            command.env("KEYSTEAD_DATABASE_URL", url);
        }
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str], input: &str) -> Outcome {
        self.finish(self.command(args), input)
    }

    /// Runs a command, changed a little, to its end.
    pub fn finish(&self, mut command: Command, input: &str) -> Outcome {
        let name = uuid::Uuid::new_v4().simple().to_string();
        let (out, err) = (
            self.dir.join(format!("{name}.out")),
            self.dir.join(format!("{name}.err")),
        );
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(std::fs::File::create(&out).unwrap())
            .stderr(std::fs::File::create(&err).unwrap())
            .spawn()
            .unwrap();
        // A program that refuses early never reads it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let code = wait(&mut child).unwrap_or_else(|| {
            child.kill().unwrap();
            panic!("{command:?} does not end: {}", read(&err))
        });
        Outcome {
            code,
            out: read(&out),
            err: read(&err),
        }
    }

    /// Makes an admin of Acme and raises its limit.
    pub fn with_acme(self) -> Self {
        let args = [
            "create-admin",
            "--email",
            super::ALICE,
            "--tenant",
            "Acme",
            "--password-stdin",
        ];
        self.run(&args, PASSWORD).done();
        self
    }

    /// The secret of a new key of Acme.
    pub fn key(&self, name: &str) -> String {
        let outcome = self.run(&["key", "create", "--tenant", "Acme", "--name", name], "");
        outcome.done().out.trim_end().to_owned()
    }

    /// The token of a new verifier.
    pub fn verifier(&self, name: &str) -> String {
        let outcome = self.run(&["verifier", "create", "--name", name], "");
        outcome.done().out.trim_end().to_owned()
    }

    /// As [`Place::verifier`], when it is first needed.
    fn later_verifier(&self) -> Token {
        let mut command = self.command(&["verifier", "create", "--name", "Tests"]);
        Token::new(LazyLock::new(Box::new(move || {
            let output = command.output().unwrap();
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout)
                .unwrap()
                .trim_end()
                .to_owned()
        })))
    }

    pub fn source(&self) -> &Source {
        &self.source
    }

    pub fn db(&self) -> Db {
        let db = Db::open(self.source.clone(), 1).unwrap();
        let master_key = self.data("master-key");
        if master_key.exists() {
            let keys = db.audit_with(&credentials::master_keys(&db, &master_key));
            // It stays open, as a server's does, whatever becomes of the master key.
            let _ = db.read(|conn| audit_chain::open_key(conn, keys));
        }
        db
    }

    pub fn number(&self, query: &str) -> i64 {
        direct::number(&self.db(), query)
    }

    /// Starts the server and waits until it says that it listens.
    pub fn serve(&self) -> Server {
        self.start(self.command(&["serve"]))
    }

    /// Starts a server by a command that was changed a little.
    pub fn start(&self, command: Command) -> Server {
        let log = self
            .dir
            .join(format!("{}.log", uuid::Uuid::new_v4().simple()));
        let file = std::fs::File::create(&log).unwrap();
        self.start_logging_to(file.into(), log, command)
    }

    /// As [`Place::start`], with its log at another place; `log` is where that can be read.
    pub fn start_logging_to(&self, to: Stdio, log: PathBuf, mut command: Command) -> Server {
        let out = self
            .dir
            .join(format!("{}.out", uuid::Uuid::new_v4().simple()));
        let mut child = command
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(&out).unwrap())
            .stderr(to)
            .spawn()
            .unwrap();
        let deadline = Instant::now() + PATIENCE;
        let said = loop {
            let said = read(&out);
            if said.contains("/api/docs\n") || said.contains("/api/v1/verify\n") {
                break said;
            }
            let ended = child.try_wait().unwrap();
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "it did not start: {}",
                read(&log)
            );
            std::thread::sleep(Duration::from_millis(2));
        };
        let word = |before: &str| -> Option<String> {
            let rest = said.split(before).nth(1)?;
            Some(rest.split_whitespace().next()?.to_owned())
        };
        Server {
            base: word("Keystead listens on ")
                .or_else(|| word("Keystead demo at "))
                .unwrap(),
            setup_link: word("open this link once: "),
            said,
            log,
            child,
            verifier: self.later_verifier(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        database::remove(&self.source);
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// A running server; it is killed when it is dropped.
pub struct Server {
    pub base: String,
    pub setup_link: Option<String>,
    /// What it printed at its start.
    pub said: String,
    log: PathBuf,
    child: Child,
    verifier: Token,
}

impl Server {
    /// A system that comes by a gateway.
    pub fn system_at(&self, base: &str, key: &str) -> System {
        System::new(base, Some(key), &self.verifier)
    }

    pub fn system(&self, key: &str) -> System {
        System::new(&self.base, Some(key), &self.verifier)
    }

    /// Id and secret of a new key, made with another one.
    pub async fn issue(
        &self,
        admin: &str,
        name: &str,
        group: &str,
        allowed: &[&str],
    ) -> (String, String) {
        let wanted = serde_json::json!({ "name": name, "authorization_group": group, "ip_allowlist": allowed });
        let answer = self.system(admin).post(KEYS, wanted).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let text = |member: &str| answer.json()[member].as_str().unwrap().to_owned();
        (text("id"), text("key"))
    }

    pub fn stranger(&self) -> System {
        System::new(&self.base, None, &self.verifier)
    }

    pub fn visitor(&self) -> Person {
        Person::new(&self.base, None)
    }

    /// Where it listens.
    pub fn socket(&self) -> std::net::SocketAddr {
        self.base.trim_start_matches("http://").parse().unwrap()
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        read(&self.log)
    }

    /// Memory that it holds now.
    pub fn memory_kib(&self) -> i64 {
        let status = read(Path::new(&format!("/proc/{}/status", self.child.id())));
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap()
    }

    /// Leaves it without a processor: it accepts connections and answers nothing.
    pub fn freeze(&self) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args(["-STOP", &pid]).status();
        assert!(status.unwrap().success());
        // Its threads stop one after the other.
        let stopped = |stat: String| stat.rsplit(") ").next().unwrap().starts_with('T');
        let all_stopped = || {
            let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
            threads.flatten().all(|thread| {
                std::fs::read_to_string(thread.path().join("stat")).is_ok_and(stopped)
            })
        };
        let deadline = Instant::now() + PATIENCE;
        while !all_stopped() {
            assert!(Instant::now() < deadline, "it does not freeze");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Ends it as `kill -9` does.
    pub fn crash(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as a service manager does, and gives its exit code.
    pub fn stop(&mut self) -> i32 {
        self.ask_to_stop();
        self.stop_code()
    }

    /// Waits for its end and gives its exit code.
    pub fn stop_code(&mut self) -> i32 {
        wait(&mut self.child).expect("it does not stop")
    }

    pub fn ask_to_stop(&self) {
        self.signal("-TERM");
    }

    /// Ends it by a signal, and gives its exit code.
    pub fn end_by(&mut self, signal: &str) -> i32 {
        self.signal(signal);
        self.stop_code()
    }

    /// Ends it as an error in it would, where dumps may be as large as they like; true when the system made one.
    pub fn dumps_core(&mut self) -> bool {
        let pid = self.child.id().to_string();
        let limit = ["--core=unlimited:unlimited", "--pid", &pid];
        let allowed = Command::new("prlimit").args(limit).status();
        assert!(allowed.unwrap().success());
        self.signal("-ABRT");
        self.child.wait().unwrap().core_dumped()
    }

    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status.code().unwrap_or(-1));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    None
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}
