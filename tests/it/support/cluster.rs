//! PostgreSQL servers of a test's own, for what can't be done to one that other tests use.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use keystead::db::Db;
use keystead::db::connection::Source;

use super::app::scratch_dir;
use super::direct;

/// One PostgreSQL server; it ends with the test.
pub struct Cluster {
    dir: PathBuf,
    port: u16,
}

impl Cluster {
    /// A new one, with nothing in it.
    pub fn primary() -> Self {
        let cluster = Self::placed();
        let data = cluster.data();
        cluster.run(
            "initdb",
            &["-D", &data, "-U", "keystead", "--auth=trust", "-N"],
        );
        cluster.start();
        cluster
    }

    /// One that follows this one as a standby, and is up to date.
    pub fn standby(&self) -> Self {
        let standby = Self::placed();
        let (data, from) = (standby.data(), self.url());
        standby.run(
            "pg_basebackup",
            &["-D", &data, "-d", &from, "-R", "-c", "fast"],
        );
        standby.start();
        standby
    }

    /// `postgres://…`, with the database that each server has.
    fn url(&self) -> String {
        format!("postgres://keystead@127.0.0.1:{}/postgres", self.port)
    }

    /// A database of it, as a role, with more in the URL.
    pub fn source_of(&self, role: &str, database: &str, more: &str) -> Source {
        let port = self.port;
        Source::Postgres(format!(
            "postgres://{role}@127.0.0.1:{port}/{database}{more}"
        ))
    }

    /// Makes a database, with what is said behind its name.
    pub fn create(&self, database: &str, options: &str) {
        self.ask(&format!(
            "CREATE DATABASE {database} TEMPLATE template0 {options}"
        ));
    }

    /// A PgBouncer before it.
    pub fn pooled(&self, mode: &str) -> Pooler {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 user=keystead port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = 40\n",
            self.port
        );
        let path = self.dir.join(format!("{mode}.ini"));
        fs::write(&path, settings).unwrap();
        let mut command = self.command("/usr/sbin/pgbouncer", &["-q", &path.display().to_string()]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                std::time::Instant::now() < deadline,
                "PgBouncer does not start"
            );
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        Pooler { port, child }
    }

    /// The database that it has.
    pub fn source(&self) -> Source {
        Source::Postgres(self.url())
    }

    /// Both servers in one URL: whichever can be written to is used.
    pub fn or(&self, other: &Self) -> Source {
        let (one, other) = (self.port, other.port);
        Source::Postgres(format!(
            "postgres://keystead@127.0.0.1:{one},127.0.0.1:{other}/postgres?target_session_attrs=read-write"
        ))
    }

    /// Runs one statement by the client that comes with PostgreSQL, and gives what it prints.
    pub fn ask(&self, statement: &str) -> String {
        self.run("psql", &["-XAtq", "-d", &self.url(), "-c", statement])
    }

    /// All that it has, as statements that put it back.
    pub fn dump(&self) -> String {
        self.run("pg_dump", &["--clean", "--if-exists", "-d", &self.url()])
    }

    /// Begins to run statements one by one, each a transaction of its own.
    pub fn restore(&self, statements: &str) -> Child {
        let path = self.dir.join("statements.sql");
        fs::write(&path, statements).unwrap();
        let (url, path) = (self.url(), path.display().to_string());
        let mut command = self.command("psql", &["-Xq", "-d", &url, "-f", &path]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// Ends it as a power failure does.
    pub fn crash(&self) {
        let data = self.data();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]);
    }

    fn placed() -> Self {
        let dir = scratch_dir();
        if is_root() {
            let chown = Command::new("chown").arg("postgres").arg(&dir).status();
            assert!(chown.unwrap().success());
        }
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        Self { dir, port }
    }

    fn data(&self) -> String {
        self.dir.join("data").display().to_string()
    }

    /// Starts it, and waits until it answers.
    pub fn start(&self) {
        let (data, port, dir) = (self.data(), self.port, self.dir.display());
        let log = format!("{dir}/log");
        let options = format!(
            "-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories='' -c max_connections=50 \
             -c shared_buffers=16MB -c autovacuum=off"
        );
        self.run(
            "pg_ctl",
            &["-D", &data, "-l", &log, "-w", "start", "-o", &options],
        );
    }

    /// Runs a program of PostgreSQL to its end, and gives what it prints.
    fn run(&self, program: &str, args: &[&str]) -> String {
        let said = self
            .dir
            .join(format!("{}.said", uuid::Uuid::new_v4().simple()));
        let mut command = self.command(program, args);
        let status = command
            .stdout(fs::File::create(&said).unwrap())
            .stderr(fs::File::create(said.with_extension("err")).unwrap())
            .status()
            .unwrap();
        let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        assert!(
            status.success(),
            "{command:?}: {}",
            text(&said.with_extension("err"))
        );
        text(&said).trim().to_owned()
    }

    /// A program of PostgreSQL, as the user who may run it: it refuses root.
    fn command(&self, program: &str, args: &[&str]) -> Command {
        let program = programs().join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args([
                "--reuid=postgres",
                "--regid=postgres",
                "--init-groups",
                "--",
            ]);
            command.arg(program);
            command
        } else {
            Command::new(program)
        };
        command
            .args(args)
            .current_dir(&self.dir)
            .stdin(Stdio::null());
        command
    }
}

/// A PgBouncer; it ends with the test.
pub struct Pooler {
    port: u16,
    child: Child,
}

impl Pooler {
    /// The database behind it.
    pub fn source(&self) -> Source {
        let port = self.port;
        Source::Postgres(format!("postgres://keystead@127.0.0.1:{port}/postgres"))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.dir.join("data/postmaster.pid").exists() && !std::thread::panicking() {
            self.crash();
        } else if let Ok(pid) = fs::read_to_string(self.dir.join("data/postmaster.pid")) {
            let _ = Command::new("kill")
                .args(["-QUIT", pid.lines().next().unwrap()])
                .status();
        }
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// The directory of the newest PostgreSQL of Debian, or wherever `initdb` is found.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let newest = versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .max_by_key(|bin| {
            let version = bin
                .parent()
                .and_then(Path::file_name)
                .and_then(|name| name.to_str());
            version.and_then(|name| name.parse::<u32>().ok())
        });
    newest.unwrap_or_else(|| {
        let found = Command::new("sh")
            .args(["-c", "command -v initdb"])
            .output()
            .unwrap();
        let found = String::from_utf8(found.stdout).unwrap();
        let bin = Path::new(found.trim()).parent().map(Path::to_owned);
        bin.filter(|bin| bin.join("initdb").exists())
            .expect("this test runs PostgreSQL: please install the Debian package postgresql")
    })
}

fn is_root() -> bool {
    direct::owner_of(Path::new("/proc/self")) == 0
}

/// The database of a cluster, opened by ourselves.
pub fn db(source: &Source) -> Db {
    Db::open(source.clone(), 1).unwrap()
}
