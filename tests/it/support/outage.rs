//! A database that is away for a while.

use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use keystead::db::Db;
use keystead::db::connection::Source;

use super::database::{self, admin};

/// Lasts until it is dropped.
pub enum Outage {
    /// Another writer that does not let go.
    Sqlite(Option<(Sender<()>, JoinHandle<()>)>),
    /// Every connection is cut and none is let in.
    Postgres(String),
}

impl Outage {
    /// Nothing can be written from now on; on PostgreSQL nothing can be read either.
    pub fn begin(source: &Source) -> Self {
        match source {
            Source::Sqlite(_) => {
                let db = Db::open(source.clone(), 1).unwrap();
                let (end, ended) = channel::<()>();
                let (begun, has_begun) = channel();
                let writer = std::thread::spawn(move || {
                    db.write(|_| {
                        begun.send(()).unwrap();
                        let _ = ended.recv();
                        Ok(())
                    })
                    .unwrap();
                });
                has_begun.recv().unwrap();
                Self::Sqlite(Some((end, writer)))
            }
            Source::Postgres(url) => {
                let name = database::name(url).to_owned();
                admin(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
                admin(&format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                ));
                Self::Postgres(name)
            }
        }
    }
}

impl Drop for Outage {
    fn drop(&mut self) {
        match self {
            Self::Sqlite(writer) => {
                if let Some((end, writer)) = writer.take() {
                    drop(end);
                    let _ = writer.join();
                }
            }
            Self::Postgres(name) => admin(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")),
        }
    }
}
