//! A real standby takes over that lacks the last commits of the primary.

use keystead::db::change_log::{Item, append};

use crate::support::cluster::{Cluster, db};
use crate::support::direct;
use crate::support::process::Place;
use crate::support::system::KEYS;

#[actix_web::test]
async fn after_a_failover_that_lost_the_last_commits_what_was_revoked_is_not_accepted() {
    let primary = Cluster::primary();
    let standby = primary.standby();
    let source = primary.or(&standby);
    let place = Place::on(source.clone()).with_acme();
    let admin = place.key("Admin");
    let server = place.serve();
    let issue = async |name: &str| server.issue(&admin, name, "Full access", &[]).await;
    let told = async |key: &str| server.system(key).get("/forward-auth").await.status;
    let revoke = async |id: &str| {
        server
            .system(&admin)
            .delete(&format!("{KEYS}/{id}"))
            .await
            .status
    };
    let (stays, stays_key) = issue("Stays").await;
    let (revoked, revoked_key) = issue("Was revoked").await;

    let written = primary.ask("SELECT pg_current_wal_lsn()");
    direct::until("the standby has it all", async || {
        standby.ask(&format!("SELECT pg_last_wal_replay_lsn() >= '{written}'")) == "t"
    })
    .await;
    standby.ask("ALTER SYSTEM SET primary_conninfo = ''");
    standby.ask("SELECT pg_reload_conf()");
    direct::until("the standby hears no more", async || {
        standby.ask("SELECT count(*) FROM pg_stat_wal_receiver") == "0"
    })
    .await;
    // What the standby will lack: a key, a revocation, and some more.
    let (_, lost_key) = issue("Lost").await;
    assert_eq!(revoke(&revoked).await, 204);
    assert_eq!(
        (told(&lost_key).await, told(&revoked_key).await),
        (200, 401)
    );
    for _ in 0..6 {
        db(&source)
            .write(|conn| append(conn, Item::Key(stays.parse()?)))
            .unwrap();
    }

    primary.crash();
    assert_eq!(standby.ask("SELECT pg_promote()"), "t");
    direct::until("somebody has to decide", async || {
        let answer = server.stranger().get("/readyz").await;
        let status = told(&revoked_key).await;
        assert!([401, 503].contains(&status), "{status}");
        answer.status == 503 && answer.body.contains("keystead restore")
    })
    .await;
    let listed = place.run(&["restore"], "").done().out.clone();
    assert!(
        listed.contains(&revoked) && !listed.contains(&stays),
        "{listed}"
    );
    place.run(&["restore", "--stop-again"], "").done();
    direct::until("the server follows the new primary", async || {
        let status = told(&stays_key).await;
        assert!([200, 503].contains(&status), "{status}");
        told(&lost_key).await == 401 && told(&stays_key).await == 200
    })
    .await;
    let log = server.log();
    assert!(
        log.contains("does not go on from what this server knows"),
        "{log}"
    );
    assert_eq!(told(&revoked_key).await, 401);
    assert_eq!(revoke(&stays).await, 204);
    assert_eq!(told(&stays_key).await, 401);
    // Also once there are more changes than before.
    for _ in 0..20 {
        let (id, key) = issue("Later").await;
        assert_eq!(
            (told(&key).await, revoke(&id).await, told(&key).await),
            (200, 204, 401)
        );
    }
    assert_eq!(server.stranger().get("/readyz").await.status, 200);
}
