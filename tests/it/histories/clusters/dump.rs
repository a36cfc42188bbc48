//! An older dump is put in place, table by table, under a server that runs.

use crate::support::cluster::Cluster;
use crate::support::direct;
use crate::support::process::Place;
use crate::support::system::KEYS;

#[actix_web::test]
async fn a_dump_that_comes_back_table_by_table_is_believed_when_it_is_whole() {
    let cluster = Cluster::primary();
    let place = Place::on(cluster.source()).with_acme();
    let admin = place.key("Admin");
    let server = place.serve();
    let (stays, stays_key) = server.issue(&admin, "Stays", "Full access", &[]).await;
    let told = async |key: &str| server.system(key).get("/forward-auth").await.status;
    let dump = cluster.dump();
    // The keys are there long before the tables without which no key is found.
    let slowly = dump.replace(
        "COPY public.tenants ",
        "SELECT pg_sleep(0.7);\nCOPY public.tenants ",
    );
    assert_ne!(dump, slowly);
    let (_, lost_key) = server.issue(&admin, "Made later", "Full access", &[]).await;
    assert_eq!(told(&lost_key).await, 200);

    let restoring = std::cell::RefCell::new(cluster.restore(&slowly));
    direct::until("the dump is back", async || {
        // Neither while tables are missing nor while they are empty is a good key called unknown.
        let status = told(&stays_key).await;
        assert!([200, 503].contains(&status), "{status}");
        restoring.borrow_mut().try_wait().unwrap().is_some()
    })
    .await;
    direct::until("the server follows the dump", async || {
        let status = told(&stays_key).await;
        assert!([200, 503].contains(&status), "{status}");
        told(&lost_key).await == 401 && told(&stays_key).await == 200
    })
    .await;
    let path = format!("{KEYS}/{stays}");
    assert_eq!(server.system(&admin).delete(&path).await.status, 204);
    assert_eq!(told(&stays_key).await, 401);
    let log = server.log();
    assert!(
        log.contains("does not go on from what this server knows"),
        "{log}"
    );
}
