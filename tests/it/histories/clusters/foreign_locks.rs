//! Somebody else holds a lock in the database, and does not let go.

use crate::support::cluster::{Cluster, db};
use crate::support::direct::Held;
use crate::support::process::Place;
use crate::support::system::KEYS;
use crate::support::{ALICE, PASSWORD};

#[actix_web::test]
async fn changes_that_wait_for_a_lock_end_soon_and_keep_nobody_else_waiting() {
    let cluster = Cluster::primary();
    let place = Place::on(cluster.source()).with_acme();
    let admin = place.key("Admin");
    let server = place.serve();
    let (id, _) = server.issue(&admin, "Plant", "Full access", &[]).await;
    let path = format!("{KEYS}/{id}");

    let held = Held::by(db(place.source()));
    // More than there are connections that change anything.
    let changes: Vec<_> = (0..20)
        .map(|_| {
            let (system, path) = (server.system(&admin), path.clone());
            actix_web::rt::spawn(async move {
                let answer = system
                    .patch(&path, serde_json::json!({ "name": "Other" }))
                    .await;
                (answer.status, answer.header("retry-after").to_owned())
            })
        })
        .collect();
    let mut alice = server.visitor();
    for _ in 0..3 {
        assert_eq!(server.system(&admin).get(KEYS).await.status, 200);
    }
    let fields = [("email", ALICE), ("password", PASSWORD), ("next", "")];
    alice
        .submit("/login", "/login", &fields)
        .await
        .leads_to("/");
    assert_eq!(alice.get("/tenant-api-keys").await.status, 200);
    for change in changes {
        assert_eq!(change.await.unwrap(), (503, "2".to_owned()));
    }
    // Nobody let go meanwhile.
    held.end();
    let name = server.system(&admin).get(&path).await.json()["name"].clone();
    assert_eq!(name, "Plant");
    let changed = server
        .system(&admin)
        .patch(&path, serde_json::json!({ "name": "Other" }))
        .await;
    assert_eq!(changed.status, 200);
}
