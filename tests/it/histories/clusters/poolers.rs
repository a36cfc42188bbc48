//! A real PgBouncer stands before the database.

use crate::support::cluster::Cluster;
use crate::support::process::Place;

#[actix_web::test]
async fn a_pooler_that_has_connections_share_sessions_is_refused_at_the_start() {
    let cluster = Cluster::primary();
    for mode in ["transaction", "statement"] {
        let pooler = cluster.pooled(mode);
        let place = Place::on(pooler.source());
        for command in [&["serve"][..], &["tenant", "list"]] {
            let outcome = place.run(command, "");
            let line = outcome.refusal();
            assert!(line.contains("set pool_mode = session"), "{line}");
        }
    }
    assert_eq!(
        cluster.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"),
        "0"
    );
}

#[actix_web::test]
async fn a_pooler_that_gives_each_connection_a_session_is_as_good_as_none() {
    let cluster = Cluster::primary();
    let pooler = cluster.pooled("session");
    let place = Place::on(pooler.source()).with_acme();
    let admin = place.key("Admin");
    // Sessions come back from one server to the next.
    for name in ["First", "Second"] {
        let server = place.serve();
        let (_, key) = server.issue(&admin, name, "Full access", &[]).await;
        assert_eq!(server.system(&key).get("/forward-auth").await.status, 200);
        assert_eq!(server.stranger().get("/readyz").await.status, 200);
    }
}
