//! A server that no longer hears of changes notices, says so, and finds another way.

use std::collections::BTreeSet;
use std::process::Command;

use diesel::{QueryableByName, RunQueryDsl};
use keystead::db::Db;

use crate::support::cluster::Cluster;
use crate::support::direct;
use crate::support::process::{Place, Server};
use crate::support::system::KEYS;

/// Processes of PostgreSQL that serve the connections on which changes are followed.
fn following(db: &Db) -> BTreeSet<i32> {
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
struct Stopped(BTreeSet<i32>);

impl Stopped {
    fn stop(&mut self, pid: i32) {
        if self.0.insert(pid) {
            signal("-STOP", pid);
        }
    }

    fn go_on(&mut self) {
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

/// A second server on the database of the first.
fn beside(place: &Place) -> (Place, Server) {
    let other = Place::on(place.source().clone());
    let mut command = other.command(&["serve"]);
    command.env("KEYSTEAD_PEPPER_FILE", place.data("pepper"));
    command.env("KEYSTEAD_MASTER_KEY_FILE", place.data("master-key"));
    let server = other.start(command);
    (other, server)
}

#[actix_web::test]
async fn a_server_whose_connection_falls_silent_says_so_and_follows_on_another_one() {
    // Not the one of other tests: while a process of it is stopped, nobody can make a database.
    let cluster = Cluster::primary();
    let place = Place::on(cluster.source()).with_acme();
    let admin = place.key("Admin");
    let first = place.serve();
    let (db, mut stopped) = (place.db(), Stopped::default());
    let of_first = following(&db);
    let (_other, second) = beside(&place);
    let (id, key) = first.issue(&admin, "ERP", "Full access", &[]).await;
    let told = async || second.system(&key).get("/forward-auth").await.status;
    direct::until("both servers know the key", async || told().await == 200).await;

    // Whatever connection the second one makes to follow changes, it falls silent.
    let mut silence = || {
        for pid in following(&db).difference(&of_first) {
            stopped.stop(*pid);
        }
    };
    silence();
    let path = format!("{KEYS}/{id}");
    assert_eq!(first.system(&admin).delete(&path).await.status, 204);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let reason = loop {
        silence();
        let answer = second.stranger().get("/readyz").await;
        if answer.status == 503 {
            break answer.body;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "it never says that it is not ready"
        );
    };
    assert!(
        reason.contains("revoked elsewhere may be accepted here"),
        "{reason}"
    );
    assert_eq!(first.stranger().get("/readyz").await.status, 200);

    // The next connection works, while those that fell silent stay so.
    direct::until("the revocation arrives", async || told().await == 401).await;
    direct::until("it is ready again", async || {
        second.stranger().get("/readyz").await.status == 200
    })
    .await;
    assert!(
        second.log().contains("is silent on the connection"),
        "{}",
        second.log()
    );
    // What the silent ones had asked for is answered now, and changes nothing.
    stopped.go_on();
    for _ in 0..20 {
        assert_eq!(told().await, 401);
    }
    direct::until("one connection is left to follow changes", async || {
        following(&db).len() == of_first.len() + 1
    })
    .await;
    assert_eq!(told().await, 401);
}
