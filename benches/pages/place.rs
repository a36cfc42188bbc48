//! A database with a million keys, and a server on it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};

use keystead::db::connection::Source;
use keystead::domain::catalogue::Catalogue;
use keystead::domain::catalogue::entry::Kind;
use keystead::domain::id::ProjectId;

use crate::TENANTS;
use crate::credentials::{Wanted, fill};
use crate::person::make_admin;

/// Integrations on the page.
const INTEGRATIONS: usize = 100;

/// A data directory that goes with this value.
pub struct Place {
    dir: PathBuf,
    postgres: Option<String>,
}

pub struct Server {
    pub port: u16,
    child: Child,
    /// Kept open: a server that can't print ends.
    _out: BufReader<ChildStdout>,
    postgres: Option<String>,
}

#[derive(diesel::QueryableByName)]
struct Backend {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    pid: i32,
}

impl Place {
    pub fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("keystead-pages-{}", std::process::id()));
        std::fs::create_dir(&dir).unwrap();
        Self {
            dir,
            postgres: std::env::var("KEYSTEAD_BENCH_POSTGRES").ok(),
        }
    }

    fn keystead(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keystead"));
        command.arg("--data-dir").arg(self.dir.join("data"));
        // Measured is what a page costs, not how many forms one tenant may send.
        command.env("KEYSTEAD_CHANGES_PER_SECOND", "0");
        // Ours alone: Keystead refuses names that it does not know.
        command.env_remove("KEYSTEAD_BENCH_POSTGRES");
        if let Some(url) = &self.postgres {
            command.env("KEYSTEAD_DATABASE_URL", url);
        }
        command
    }

    /// A million keys and an admin for each tenant that is looked at.
    pub fn seed(&self) {
        let args = "seed --tenants 1000 --keys 1000000 --first 100000".split(' ');
        assert!(self.keystead().args(args).status().unwrap().success());
        for (tenant, _) in TENANTS {
            make_admin(self.keystead(), tenant);
        }
        if let Some(url) = &self.postgres {
            let mut conn = PgConnection::establish(url).unwrap();
            sql_query("VACUUM ANALYZE").execute(&mut conn).unwrap();
        }
    }

    /// Gives a tenant a project and credentials: integrations beside the built-in ones make it 100. Gives the project.
    pub fn add_integrations(&self, tenant: &str) -> ProjectId {
        let built_in = Catalogue::built_in().unwrap();
        let slugs: Vec<String> = built_in
            .iter()
            .filter(|entry| entry.kind == Kind::ApiKey)
            .map(|entry| entry.slug.clone())
            .collect();
        let more: String = (built_in.iter().count()..INTEGRATIONS).map(entry).collect();
        std::fs::write(self.integrations(), more).unwrap();
        let (own, shared) = slugs.split_at(slugs.len() / 3);
        let data = self.dir.join("data");
        let source = match &self.postgres {
            Some(url) => Source::parse(url).unwrap(),
            None => Source::in_dir(&data),
        };
        let wanted = Wanted {
            tenant,
            projects: 1,
            own,
            shared,
        };
        fill(source, &data, &wanted).swap_remove(0)
    }

    fn integrations(&self) -> PathBuf {
        self.dir.join("integrations.toml")
    }

    pub fn serve(&self) -> Server {
        let mut command = self.keystead();
        command.args(["--listen", "127.0.0.1:0", "--workers", "1", "--log", "warn"]);
        command.arg("--integrations-file").arg(self.integrations());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let port = line.trim().rsplit_once(':').unwrap().1.parse().unwrap();
        Server {
            port,
            child,
            _out: out,
            postgres: self.postgres.clone(),
        }
    }
}

/// One integration of an operator's own.
fn entry(number: usize) -> String {
    format!(
        "[[integration]]\nslug = \"own-{number}\"\nname = \"Service {number}\"\n\
         line = \"What the department {number} uses it for\"\nkind = \"api_key\"\ncategory = \"business\"\n\
         letters = \"S{}\"\nhue = {}\nwhere = \"Ask the department {number}.\"\n\
         docs = \"https://service-{number}.example.com/docs\"\n\n\
         [[integration.fields]]\nname = \"token\"\nlabel = \"Access token\"\nsecret = true\nlooks_like = \"bt_…\"\n\n",
        number % 10,
        number * 7 % 360
    )
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Server {
    /// The server, and on PostgreSQL the processes of its connections.
    pub fn pids(&self) -> Vec<u32> {
        let mut pids = vec![self.child.id()];
        if let Some(url) = &self.postgres {
            let mut conn = PgConnection::establish(url).unwrap();
            let query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
            let found: Vec<Backend> = sql_query(query).load(&mut conn).unwrap();
            pids.extend(found.into_iter().map(|backend| backend.pid as u32));
        }
        pids
    }

    /// Nanoseconds that the processes' threads have run on a CPU.
    pub fn cpu_nanos(&self, pids: &[u32]) -> u64 {
        let tasks = pids.iter().filter_map(|pid| {
            let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?;
            Some(tasks.flatten())
        });
        tasks
            .flatten()
            .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
            .filter_map(|line| line.split(' ').next()?.parse::<u64>().ok())
            .sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
