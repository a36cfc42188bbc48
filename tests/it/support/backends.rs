//! Processes of a PostgreSQL that serve servers, and stand still for a while.

use std::collections::BTreeSet;
use std::process::Command;

use diesel::{QueryableByName, RunQueryDsl};
use keystead::db::Db;

/// Processes of PostgreSQL that serve the connections on which changes are followed.
pub fn following(db: &Db) -> BTreeSet<i32> {
    #[derive(QueryableByName)]
    struct Backend {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        pid: i32,
    }
    let query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'keystead follow'";
    let found: Vec<Backend> = db
        .read(|conn| Ok(diesel::sql_query(query).load(conn).unwrap()))
        .unwrap();
    found.into_iter().map(|backend| backend.pid).collect()
}

/// Processes that were stopped; they go on in any case at the end.
#[derive(Default)]
pub struct Stopped(BTreeSet<i32>);

impl Stopped {
    pub fn stop(&mut self, pid: i32) {
        if self.0.insert(pid) {
            signal("-STOP", pid);
        }
    }

    pub fn go_on(&mut self) {
        for pid in std::mem::take(&mut self.0) {
            signal("-CONT", pid);
        }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.go_on();
    }
}

fn signal(name: &str, pid: i32) {
    // One that has ended meanwhile needs none.
    let _ = Command::new("kill").args([name, &pid.to_string()]).status();
}
