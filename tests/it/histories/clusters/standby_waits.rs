//! Commits wait for a standby, and somebody ends such a wait: PostgreSQL then calls the commit done, with a warning that the
//! driver shows nobody.

use std::time::Duration;

use crate::support::cluster::Cluster;
use crate::support::direct;
use crate::support::process::Place;
use crate::support::system::KEYS;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

#[actix_web::test]
async fn a_revocation_whose_wait_for_a_standby_was_ended_is_not_called_done() {
    let cluster = Cluster::primary();
    let place = Place::on(cluster.source()).with_acme();
    let admin = place.key("Admin");
    let server = place.serve();
    let (id, key) = server.issue(&admin, "ERP", "Full access", &[]).await;
    let told = async || server.system(&key).get("/forward-auth").await.status;
    assert_eq!(told().await, 200);
    let standbys = |names: &str| {
        cluster.ask(&format!(
            "ALTER SYSTEM SET synchronous_standby_names = '{names}'"
        ));
        cluster.ask("SELECT pg_reload_conf()");
    };

    standbys("nobody");
    let path = format!("{KEYS}/{id}");
    let system = server.system(&admin);
    let revoking = async {
        let answer = actix_web::rt::time::timeout(PATIENCE, system.delete(&path)).await;
        answer.expect("an answer when the wait has ended")
    };
    let ending = async {
        let waits = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name <> 'keystead follow' \
                     AND now() - query_start > interval '2.2 s'";
        direct::until("the commit waits for the standby", async || {
            cluster.ask(&format!("SELECT count(*) {waits}")) != "0"
        })
        .await;
        cluster.ask(&format!("SELECT pg_cancel_backend(pid) {waits}"));
    };
    let (answer, ()) = futures_util::join!(revoking, ending);
    assert_eq!(answer.status, 503, "{}", answer.body);
    // Nobody knows, so nobody accepts it either.
    assert_ne!(told().await, 200);

    standbys("");
    direct::until("the server is back", async || {
        server.stranger().get("/readyz").await.status == 200
    })
    .await;
    assert_eq!(server.system(&admin).delete(&path).await.status, 204);
    assert_eq!(told().await, 401);
}
