//! What a PostgreSQL, or one of its databases, may be set to.

use crate::support::cluster::Cluster;
use crate::support::direct;
use crate::support::process::Place;
use crate::support::system::KEYS;

#[actix_web::test]
async fn collation_schema_and_isolation_are_whatever_they_are() {
    let cluster = Cluster::primary();
    cluster.create(
        "keys",
        "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C'",
    );
    cluster.ask("ALTER DATABASE keys SET default_transaction_isolation = 'serializable'");
    let schema = cluster.source_of("keystead", "keys", "?options=-csearch_path%3Dapart");
    direct::sql(&crate::support::cluster::db(&schema), "CREATE SCHEMA apart");
    let place = Place::on(schema).with_acme();
    let admin = place.key("Admin");
    let server = place.serve();
    let made: Vec<_> = (0..9)
        .map(|number| {
            let system = server.system(&admin);
            actix_web::rt::spawn(async move {
                let wanted = serde_json::json!({ "name": format!("Größe {number}"), "authorization_group": "Full access" });
                system.post(KEYS, wanted).await.status
            })
        })
        .collect();
    for one in made {
        assert_eq!(one.await.unwrap(), 201);
    }
    let found = server.system(&admin).get(&format!("{KEYS}?q=e%207")).await;
    assert!(found.body.contains("Größe 7"), "{}", found.body);
    assert_eq!(
        place.number("SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'"),
        0
    );
    assert_eq!(place.number("SELECT count(*) AS n FROM apart.api_keys"), 10);
}

#[actix_web::test]
async fn a_database_that_cant_hold_every_name_or_takes_no_changes_is_refused_at_the_start() {
    let cluster = Cluster::primary();
    cluster.create("latin", "ENCODING 'LATIN1' LOCALE 'C'");
    cluster.create("reading", "ENCODING 'UTF8' LOCALE 'C'");
    cluster.ask("ALTER DATABASE reading SET default_transaction_read_only = on");
    for (database, told) in [
        ("latin", "has the encoding LATIN1"),
        (
            "reading",
            "takes no changes; turn default_transaction_read_only off",
        ),
    ] {
        let place = Place::on(cluster.source_of("keystead", database, ""));
        let outcome = place.run(&["serve"], "");
        let line = outcome.refusal();
        assert!(line.contains(told), "{line}");
    }
}

#[actix_web::test]
async fn a_database_that_turns_read_only_is_told_by_readyz() {
    let cluster = Cluster::primary();
    let place = Place::on(cluster.source()).with_acme();
    let key = place.key("Admin");
    let server = place.serve();
    let turned = |to: &str| {
        // Also for the session that says so.
        cluster.ask(&format!(
            "BEGIN READ WRITE; ALTER DATABASE postgres SET default_transaction_read_only = {to}; COMMIT"
        ));
        cluster.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = 'postgres' AND pid <> pg_backend_pid()",
        );
    };
    turned("on");
    direct::until("it says so", async || {
        let answer = server.stranger().get("/readyz").await;
        answer.status == 503 && answer.body.contains("can be read only")
    })
    .await;
    direct::until("keys that are there are good", async || {
        server.system(&key).get("/forward-auth").await.status == 200
    })
    .await;
    turned("off");
    direct::until("it is ready again", async || {
        server.stranger().get("/readyz").await.status == 200
    })
    .await;
}
