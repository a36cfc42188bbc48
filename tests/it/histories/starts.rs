//! Several servers are started on an empty database at the same instant.

use keystead::db::connection::Source;

use crate::support::process::{Place, Server};

/// Without the lock about every second round fails.
const ROUNDS: usize = 8;

#[actix_web::test]
async fn servers_that_start_together_on_an_empty_database_all_start() {
    for _ in 0..ROUNDS {
        let place = Place::new();
        let Source::Postgres(_) = place.source() else {
            // A file belongs to one server at a time: the second is told so.
            let first = place.serve();
            let outcome = place.run(&["serve"], "");
            assert!(outcome.refusal().contains("another Keystead server"));
            drop(first);
            continue;
        };
        let other = Place::on(place.source().clone());
        let start = |at: &Place| -> Server {
            let mut command = at.command(&["serve"]);
            command.env("KEYSTEAD_PEPPER_FILE", place.data("pepper"));
            command.env("KEYSTEAD_MASTER_KEY_FILE", place.data("master-key"));
            at.start(command)
        };
        std::fs::create_dir(place.dir.join("data")).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(place.dir.join("data"), private).unwrap();
        let servers = std::thread::scope(|scope| {
            let starting = [&place, &other].map(|at| scope.spawn(move || start(at)));
            starting.map(|one| one.join().unwrap())
        });
        for server in &servers {
            assert_eq!(server.stranger().get("/readyz").await.status, 200);
        }
    }
}
