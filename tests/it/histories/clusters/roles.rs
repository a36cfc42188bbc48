//! The role that the server has is not the one that owns the tables.

use crate::support::cluster::Cluster;
use crate::support::process::Place;
use crate::support::system::KEYS;

#[actix_web::test]
async fn a_role_that_may_only_read_and_change_rows_is_enough_once_the_tables_are_there() {
    let cluster = Cluster::primary();
    cluster.ask("CREATE ROLE app LOGIN");
    let as_app = cluster.source_of("app", "postgres", "");
    let refused = Place::on(as_app.clone()).run(&["serve"], "");
    let line = refused.refusal();
    assert!(line.contains("once with a role that owns them"), "{line}");

    let owner = Place::on(cluster.source()).with_acme();
    let admin = owner.key("Admin");
    cluster.ask("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app");
    cluster.ask("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app");
    let mut command = owner.command(&["serve"]);
    let keystead::db::connection::Source::Postgres(url) = &as_app else {
        unreachable!()
    };
    command.env("KEYSTEAD_DATABASE_URL", url);
    let server = owner.start(command);
    assert_eq!(server.stranger().get("/readyz").await.status, 200);
    let (id, key) = server.issue(&admin, "Plant", "Full access", &[]).await;
    assert_eq!(server.system(&key).get("/forward-auth").await.status, 200);
    let path = format!("{KEYS}/{id}");
    assert_eq!(server.system(&admin).delete(&path).await.status, 204);
    assert_eq!(server.system(&key).get("/forward-auth").await.status, 401);
}
