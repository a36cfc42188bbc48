//! A server that no longer hears of changes notices, says so, and finds another way.

use crate::support::backends::{Stopped, following};
use crate::support::cluster::Cluster;
use crate::support::direct;
use crate::support::process::{Place, Server};
use crate::support::system::KEYS;

/// A second server on the database of the first.
fn beside(place: &Place) -> (Place, Server) {
    let other = Place::on(place.source().clone());
    let mut command = other.command(&["serve"]);
    command.env("KEYSTEAD_PEPPER_FILE", place.data("pepper"));
    command.env("KEYSTEAD_MASTER_KEY_FILE", place.data("master-key"));
    let server = other.start(command);
    (other, server)
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

    direct::until("the second server follows", async || ready(&second).await).await;
    let (id, key) = first.issue(&admin, "ERP", "Full access", &[]).await;
    assert_eq!(told(&second, &key).await, 200);
    for pid in following(&db).difference(&of_first) {
        stopped.stop(*pid);
    }
    let revoked = first.system(&admin).delete(&format!("{KEYS}/{id}")).await;
    assert_eq!(revoked.status, 204);
    // It has heard of it on another connection, or has no lease any more.
    let status = told(&second, &key).await;
    assert!(status == 401 || status == 503, "{status}");
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
