//! The file of an SQLite database is taken away, or what lies beside it, while a server uses it.

use std::fs;

use crate::support::backup::{Backup, beside};
use crate::support::direct;
use crate::support::process::{Place, Server};

async fn told(server: &Server, key: &str) -> u16 {
    server.system(key).get("/forward-auth").await.status
}

#[actix_web::test]
async fn a_file_that_is_gone_is_not_made_anew_and_may_come_back() {
    let place = Place::on_a_file().with_acme();
    let admin = place.key("Admin");
    let server = place.serve();
    let (file, aside) = (place.data("keystead.db"), place.data("aside"));
    fs::rename(&file, &aside).unwrap();
    let ready = async || server.stranger().get("/readyz").await.status;
    direct::until("it says that it is not ready", async || {
        ready().await == 503
    })
    .await;
    let answer = server.system(&admin).create("Not now").await;
    answer.problem(503);
    // What is known is still known, and nothing was put where the file was.
    assert_eq!(told(&server, &admin).await, 200);
    assert!(!file.exists());
    fs::rename(&aside, &file).unwrap();
    direct::until("it is ready again", async || ready().await == 200).await;
    assert_eq!(server.system(&admin).create("Now").await.status, 201);
    let log = server.log();
    assert!(log.contains("is gone; put it back"), "{log}");
    assert!(!log.contains("loaded anew"), "{log}");
}

/// Somebody tidies up, and takes the changes away that are not in the database itself yet.
#[actix_web::test]
async fn nothing_is_written_where_it_would_be_lost() {
    let place = Place::on_a_file().with_acme();
    let admin = place.key("Admin");
    let server = place.serve();
    let (id, key) = server.issue(&admin, "ERP", "Full access", &[]).await;
    let file = place.data("keystead.db");
    let rename = |from: &str, to: &str| {
        for ending in ["-wal", "-shm"] {
            let path = |more: &str| beside(&file, &format!("{ending}{more}"));
            fs::rename(path(from), path(to)).unwrap();
        }
    };
    rename("", ".tidied");
    let path = format!("/api/v1/auth/api-keys/{id}");
    server.system(&admin).delete(&path).await.problem(503);
    direct::until("it is sure of nothing", async || {
        told(&server, &key).await == 503
    })
    .await;
    let why = server.stranger().get("/readyz").await.body;
    assert!(why.contains("were removed or replaced"), "{why}");
    let log = server.log();
    assert!(log.contains("were removed or replaced"), "{log}");
    assert!(!beside(&file, "-wal").exists());
    rename(".tidied", "");
    direct::until("it is sure again", async || {
        told(&server, &key).await == 200
    })
    .await;
    assert_eq!(server.system(&admin).delete(&path).await.status, 204);
    assert_eq!(told(&server, &key).await, 401);
}

/// What lies beside a replaced file belongs to the one before; read into the new one it would make a mixture of both.
#[actix_web::test]
async fn what_lay_beside_a_replaced_file_is_put_aside_and_a_restart_finds_one_database() {
    let place = Place::on_a_file().with_acme();
    let admin = place.key("Admin");
    let mut server = place.serve();
    let (_, before) = server.issue(&admin, "Before", "Full access", &[]).await;
    let backup = Backup::of(place.source());
    let (_, later) = server.issue(&admin, "Later", "Full access", &[]).await;
    backup.put_in_place();
    direct::until(
        "the server follows the file that is there now",
        async || told(&server, &later).await == 401 && told(&server, &before).await == 200,
    )
    .await;
    let (_, after) = server.issue(&admin, "After", "Full access", &[]).await;
    let there = |server: &Server| {
        let keys = [&before, &later, &after].map(|key| server.system(key));
        async move {
            let mut told = Vec::new();
            for key in &keys {
                told.push(key.get("/forward-auth").await.status);
            }
            told
        }
    };
    assert_eq!(there(&server).await, [200, 401, 200]);
    assert!(beside(&place.data("keystead.db"), "-wal.replaced").exists());
    server.crash();
    let server = place.serve();
    assert_eq!(there(&server).await, [200, 401, 200]);
    assert_eq!(direct::text(&place.db(), "PRAGMA integrity_check"), "ok");
}
