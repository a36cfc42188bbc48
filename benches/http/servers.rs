//! The two servers, each pinned to core 0, on free ports and in a directory of their own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use keystead::db::connection::Source;

/// The keys whose secrets are told belong to so many tenants in turn.
pub const TENANTS: usize = 90;

/// A program under measurement.
pub struct Program {
    /// As tables name it.
    pub name: &'static str,
    path: PathBuf,
}

impl Program {
    /// The program of these sources: the one that came with this benchmark, or the one that `BENCH_NOW` names. Only one that
    /// `cargo build` made can be compared with an older one that it made: the dependencies of this one have all that tests
    /// use in them, too.
    pub fn now() -> Self {
        let built = || env!("CARGO_BIN_EXE_keystead").into();
        Self {
            name: "now",
            path: std::env::var_os("BENCH_NOW").map_or_else(built, PathBuf::from),
        }
    }

    /// The older one that `BENCH_BEFORE` names, if it names one.
    pub fn before() -> Option<Self> {
        let path = std::env::var_os("BENCH_BEFORE")?.into();
        let name = "before";
        Some(Self { name, path })
    }

    /// Its data in a directory of their own, with the limits that it has when nobody sets any.
    pub fn work(&self) -> Work {
        self.work_in(&std::env::temp_dir())
    }

    /// As `work`, below `parent`.
    pub fn work_in(&self, parent: &Path) -> Work {
        Work::made(parent, self.path.clone(), &[], None)
    }
}

/// A temporary data directory, and the PostgreSQL database that is used instead of its SQLite file.
pub struct Work {
    path: PathBuf,
    program: PathBuf,
    variables: &'static [(&'static str, &'static str)],
    database: Option<String>,
}

impl Work {
    pub fn new() -> Self {
        Self::on(None)
    }

    pub fn on(database: Option<String>) -> Self {
        // Measured is what a change costs, not how many one tenant may make.
        let variables = &[("KEYSTEAD_CHANGES_PER_SECOND", "0")];
        let (parent, program) = (std::env::temp_dir(), Program::now().path);
        Self::made(&parent, program, variables, database)
    }

    fn made(
        parent: &Path,
        program: PathBuf,
        variables: &'static [(&'static str, &'static str)],
        database: Option<String>,
    ) -> Self {
        let path = parent.join(format!(
            "keystead-bench-{}-{}",
            std::process::id(),
            std::time::SystemTime::UNIX_EPOCH
                .elapsed()
                .unwrap()
                .as_nanos()
        ));
        std::fs::create_dir(&path).unwrap();
        Self {
            path,
            program,
            variables,
            database,
        }
    }

    /// Seeds keys and gives the secrets of some, spread over all.
    pub fn seed(&self, keys: u32, used: usize) -> Vec<String> {
        self.seed_with(keys, used, &[])
    }

    /// As `seed`, with more arguments.
    pub fn seed_with(&self, keys: u32, used: usize, more: &[&str]) -> Vec<String> {
        let all = self.seeded(100, keys, more);
        all.iter()
            .step_by((all.len() / used).max(1))
            .take(used)
            .cloned()
            .collect()
    }

    /// Makes so many tenants with keys.
    pub fn seed_tenants(&self, tenants: usize, keys: u32) {
        self.seeded(tenants, keys, &[]);
    }

    fn seeded(&self, tenants: usize, keys: u32, more: &[&str]) -> Vec<String> {
        let out = self.path.join("secrets");
        let status = self
            .keystead()
            .args(["seed", "--tenants", &tenants.to_string()])
            .args(["--keys", &keys.to_string(), "--secrets-out"])
            .arg(&out)
            .args(more)
            .status()
            .unwrap();
        assert!(status.success());
        let text = std::fs::read_to_string(out).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where its data are.
    pub fn source(&self) -> Source {
        match &self.database {
            Some(url) => Source::Postgres(url.clone()),
            None => Source::in_dir(&self.path.join("data")),
        }
    }

    /// Another data directory on the same database.
    pub fn beside(&self) -> Self {
        let (parent, program) = (std::env::temp_dir(), self.program.clone());
        Self::made(&parent, program, self.variables, self.database.clone())
    }

    /// Settings by which another server has the secrets of this one.
    pub fn secrets(&self) -> Vec<String> {
        let file = |name: &str| self.path.join("data").join(name).display().to_string();
        vec![
            "--pepper-file".into(),
            file("pepper"),
            "--master-key-file".into(),
            file("master-key"),
        ]
    }

    /// The token of a new verifier.
    pub fn verifier(&self) -> String {
        let out = self
            .keystead()
            .args(["verifier", "create", "--name", "Benchmark"])
            .output()
            .unwrap();
        assert!(out.status.success(), "{out:?}");
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// The program, with its data here.
    pub fn keystead(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--data-dir").arg(self.path.join("data"));
        command.envs(self.variables.iter().copied());
        if let Some(url) = &self.database {
            command.env("KEYSTEAD_DATABASE_URL", url);
        }
        command
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A server under measurement; it ends when this is dropped.
pub struct Running {
    pub port: u16,
    child: Child,
}

impl Running {
    /// Keystead with one worker, and settings of its own.
    pub fn keystead(work: &Work, settings: &[&str]) -> Self {
        Self::start_keystead(serve(work, settings))
    }

    /// As `keystead`, and it may have no more than `most` files and connections open.
    pub fn with_few_files(work: &Work, most: u32) -> Self {
        let limit = format!("--nofile={most}:{most}");
        Self::start_keystead(wrap("prlimit", &[&limit], &serve(work, &[])))
    }

    fn start_keystead(command: Command) -> Self {
        Self::start(command, |line| {
            line.rsplit_once(':').map(|(_, port)| port.to_owned())
        })
    }

    pub fn bare(body: usize, filler: usize) -> Self {
        Self::bare_at(body, filler, None)
    }

    /// As `bare`, also on a Unix socket when there is one.
    pub fn bare_at(body: usize, filler: usize, socket: Option<&Path>) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--bare", &body.to_string(), &filler.to_string()]);
        command.args(socket);
        Self::start(pin(&command), |line| Some(line.to_owned()))
    }

    fn start(mut command: Command, port_of: fn(&str) -> Option<String>) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = port_of(line.trim())
            .and_then(|port| port.parse().ok())
            .expect("the server names its port");
        Self { port, child }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Memory that it holds now.
    pub fn memory_kib(&self) -> u64 {
        self.reading("status", "VmRSS:")
    }

    /// Bytes that it had written to disk until now.
    pub fn written_bytes(&self) -> u64 {
        self.reading("io", "write_bytes:")
    }

    fn reading(&self, file: &str, name: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/{file}", self.pid())).unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keystead with one worker on core 0.
fn serve(work: &Work, settings: &[&str]) -> Command {
    let mut pinned = pin(&work.keystead());
    pinned.args(["--listen", "127.0.0.1:0", "--workers", "1"]);
    if !settings.contains(&"--log") {
        pinned.args(["--log", "warn"]);
    }
    pinned.args(settings);
    pinned
}

/// The same command on core 0.
fn pin(command: &Command) -> Command {
    wrap("taskset", &["-c", "0"], command)
}

/// The same command by a program that replaces itself by it, so that the process id is the server's.
fn wrap(by: &str, arguments: &[&str], command: &Command) -> Command {
    let mut wrapped = Command::new(by);
    wrapped
        .args(arguments)
        .arg(command.get_program())
        .args(command.get_args())
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    wrapped
}

/// The load runs on core 1.
pub fn pin_this_process() {
    let pid = std::process::id().to_string();
    let status = Command::new("taskset")
        .args(["-cp", "1", &pid])
        .stdout(Stdio::null())
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "needs taskset (Debian package util-linux) and two cores"
    );
}
