//! A server that no longer hears of changes notices, says so, and finds another way.

use std::collections::BTreeSet;
use std::process::Command;

use diesel::{QueryableByName, RunQueryDsl};
use keystead::db::Db;

use crate::support::cluster::Cluster;
use crate::support::direct;
use crate::support::metrics::{listener, read, value};
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
    command.env("KEYSTEAD_METRICS_LISTEN", "127.0.0.1:0");
    let server = other.start(command);
    (other, server)
}

/// Revokes a key on the first server while the second one's connection is silent. Gives the key, once the second server
/// says that it is behind; `None` when the revocation took so long that it has found another connection by then.
async fn revoked_in_silence(
    first: &Server,
    admin: &str,
    second: &Server,
    silence: impl FnOnce(),
) -> Option<String> {
    let metrics = listener(second);
    let (id, key) = first.issue(admin, "ERP", "Full access", &[]).await;
    direct::until("both servers know the key", async || {
        told(second, &key).await == 200
    })
    .await;
    silence();
    let path = format!("{KEYS}/{id}");
    assert_eq!(first.system(admin).delete(&path).await.status, 204);
    let answer = second.stranger().get("/readyz").await;
    let text = read(&metrics).await;
    let is_behind =
        value(&text, "keystead_change_log_revision") > value(&text, "keystead_index_revision");
    if answer.status != 503 || !is_behind {
        return None;
    }
    assert!(
        answer
            .body
            .contains("revoked elsewhere may be accepted here"),
        "{}",
        answer.body
    );
    assert!(value(&text, "keystead_follow_age_seconds") > 0.5);
    Some(key)
}

async fn told(server: &Server, key: &str) -> u16 {
    server.system(key).get("/forward-auth").await.status
}

#[actix_web::test]
async fn a_server_whose_connection_falls_silent_says_so_and_follows_on_another_one() {
    // Not the one of other tests: while a process of it is stopped, nobody can make a database.
    let cluster = Cluster::primary();
    let place = Place::on(cluster.source()).with_acme();
    let admin = place.key("Admin");
    let first = place.serve();
    let (db, mut stopped) = (place.db(), Stopped::default());
    let connected = async |count: usize| {
        direct::until("each server has a connection of its own", async || {
            following(&db).len() == count
        })
        .await;
    };
    connected(1).await;
    let of_first = following(&db);
    let (_other, second) = beside(&place);
    connected(2).await;
    let ready = async |server: &Server| server.stranger().get("/readyz").await.status == 200;

    let mut silent = None;
    for _ in 0..5 {
        direct::until("the second server follows", async || ready(&second).await).await;
        let silence = || {
            for pid in following(&db).difference(&of_first) {
                stopped.stop(*pid);
            }
        };
        silent = revoked_in_silence(&first, &admin, &second, silence).await;
        if silent.is_some() {
            break;
        }
    }
    let key = silent.expect("the second server never says that it is behind");
    assert!(ready(&first).await);

    // The next connection works, while those that fell silent stay so.
    direct::until("the revocation arrives", async || {
        told(&second, &key).await == 401
    })
    .await;
    direct::until("it is ready again", async || ready(&second).await).await;
    let log = second.log();
    assert!(log.contains("is silent on the connection"), "{log}");
    // What the silent ones had asked for is answered now, and changes nothing.
    stopped.go_on();
    for _ in 0..20 {
        assert_eq!(told(&second, &key).await, 401);
    }
    connected(2).await;
    assert_eq!(told(&second, &key).await, 401);
}
