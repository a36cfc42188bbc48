//! An older copy of the database is put in its place while a server runs, and other histories with which it can't go on.

use keystead::actions::verifiers;
use keystead::db::change_log::{Item, append};
use keystead::db::{self, Db};
use keystead::domain::role::Steward;

use crate::support::backup::Backup;
use crate::support::direct;
use crate::support::process::{Place, Server};
use crate::support::system::KEYS;

/// What a gateway is told about a key.
pub async fn told(server: &Server, key: &str) -> u16 {
    server.system(key).get("/forward-auth").await.status
}

/// A server with an admin's key, and keys by these names.
pub async fn served<const N: usize>(
    names: [&str; N],
) -> (Place, Server, String, Vec<(String, String)>) {
    let place = Place::new().with_acme();
    let admin = place.key("Admin");
    let server = place.serve();
    let mut keys = Vec::new();
    for name in names {
        keys.push(server.issue(&admin, name, "Full access", &[]).await);
    }
    (place, server, admin, keys)
}

/// Changes that say nothing new about a key.
fn touch(db: &Db, key: &str, times: usize) {
    for _ in 0..times {
        db.write(|conn| append(conn, Item::Key(key.parse()?)))
            .unwrap();
    }
}

async fn revoke(server: &Server, admin: &str, id: &str) -> u16 {
    let path = format!("{KEYS}/{id}");
    server.system(admin).delete(&path).await.status
}

/// Waits for the new history, in which a key is unknown; another one, known in both, is never called unknown meanwhile.
async fn until_unknown(server: &Server, unknown: &str, known: &str) {
    direct::until(
        "the server follows the history that is there now",
        async || {
            let status = told(server, known).await;
            assert!([200, 503].contains(&status), "{status}");
            told(server, unknown).await == 401 && told(server, known).await == 200
        },
    )
    .await;
    direct::until("it says that it is ready", async || {
        server.stranger().get("/readyz").await.status == 200
    })
    .await;
    let log = server.log();
    assert!(
        log.contains("does not go on from what this server knows"),
        "{log}"
    );
    assert!(log.contains("the index was loaded anew"), "{log}");
}

/// Names of all keys that the list shows.
async fn listed(server: &Server, admin: &str) -> Vec<String> {
    let answer = server.system(admin).get(KEYS).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let keys = answer.json();
    let names = keys.as_array().unwrap().iter();
    let mut names: Vec<String> = names
        .map(|key| key["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[actix_web::test]
async fn after_an_older_copy_is_accepted_revoked_means_refused() {
    let (place, server, admin, keys) = served(["Stays", "Was revoked"]).await;
    let [(stays, stays_key), (was_revoked, was_revoked_key)] = &keys[..] else {
        unreachable!()
    };
    let backup = Backup::of(place.source());
    direct::until("the server is back on the database", async || {
        told(&server, stays_key).await == 200 && revoke(&server, &admin, was_revoked).await == 204
    })
    .await;
    let (_, made_later) = server.issue(&admin, "Made later", "Full access", &[]).await;
    assert_eq!(told(&server, &made_later).await, 200);
    assert_eq!(told(&server, was_revoked_key).await, 401);
    assert_eq!(
        listed(&server, &admin).await,
        ["Admin", "Made later", "Stays", "Was revoked"]
    );

    backup.put_in_place();
    direct::until("somebody has to decide", async || {
        let answer = server.stranger().get("/readyz").await;
        answer.status == 503 && answer.body.contains("keystead restore")
    })
    .await;
    assert_eq!(told(&server, was_revoked_key).await, 503);
    place.run(&["restore", "--accept"], "").done();
    until_unknown(&server, &made_later, stays_key).await;
    // The database knows nothing of the revocation any more, and that was accepted: so the server tells what is true now.
    assert_eq!(told(&server, was_revoked_key).await, 200);
    assert_eq!(
        listed(&server, &admin).await,
        ["Admin", "Stays", "Was revoked"]
    );
    for (id, key) in [(stays, stays_key), (was_revoked, was_revoked_key)] {
        assert_eq!(revoke(&server, &admin, id).await, 204);
        assert_eq!(told(&server, key).await, 401);
    }
}

/// Puts a copy in place that has `more` changes than the server has applied, and others than those.
async fn another_history(more: i64) {
    let (place, server, admin, keys) = served(["Stays"]).await;
    let (stays, stays_key) = &keys[0];
    let backup = Backup::of(place.source());
    direct::until("the server is back on the database", async || {
        server.stranger().get("/readyz").await.status == 200
    })
    .await;
    let (_, made_later) = server.issue(&admin, "Made later", "Full access", &[]).await;
    let head = |db: &Db| db.read(db::change_log::head).unwrap().rev;
    let (wanted, copy) = (head(&place.db()) + more, backup.db());
    touch(&copy, stays, usize::try_from(wanted - head(&copy)).unwrap());
    assert_eq!(head(&copy), wanted);
    drop(copy);

    backup.put_in_place();
    until_unknown(&server, &made_later, stays_key).await;
    assert_eq!(revoke(&server, &admin, stays).await, 204);
    assert_eq!(told(&server, stays_key).await, 401);
}

#[actix_web::test]
async fn a_copy_with_more_changes_than_the_server_has_applied_is_another_history_too() {
    another_history(30).await;
}

#[actix_web::test]
async fn as_many_changes_as_before_do_not_make_it_the_same_history() {
    another_history(0).await;
}

/// A change that is missing in the log took effect all the same.
#[actix_web::test]
async fn a_hole_in_the_log_hides_no_revocation() {
    for missing in ["the first", "the last", "both"] {
        let (place, server, _, keys) = served(["Stays", "Is revoked"]).await;
        let [(stays, stays_key), (revoked, revoked_key)] = &keys[..] else {
            unreachable!()
        };
        place
            .db()
            .write(|conn| {
                let run = |conn: &mut db::Conn, words: String| {
                    diesel::RunQueryDsl::execute(diesel::sql_query(words), conn).unwrap();
                };
                run(
                    conn,
                    format!("UPDATE api_keys SET revoked_at = '2026-11-20 11:00:00' WHERE id = '{revoked}'"),
                );
                let order = match missing {
                    "the last" => [stays, revoked],
                    _ => [revoked, stays],
                };
                let note = |key: &String| append(conn, Item::Key(key.parse().unwrap())).unwrap();
                let revs = order.map(note);
                let gone = match missing {
                    "the first" => &revs[..1],
                    "the last" => &revs[1..],
                    _ => &revs[..],
                };
                for rev in gone {
                    run(conn, format!("DELETE FROM change_log WHERE rev = {rev}"));
                }
                Ok(())
            })
            .unwrap();
        direct::until("the revocation arrives", async || {
            told(&server, revoked_key).await == 401
        })
        .await;
        direct::until("the other key works", async || {
            told(&server, stays_key).await == 200
        })
        .await;
        let log = server.log();
        assert!(log.contains("is missing in the log"), "{missing}: {log}");
    }
}

/// A verifier's place in memory moves with the pepper; a copy from before knows the old place alone.
#[actix_web::test]
async fn a_verifier_that_was_moved_after_the_copy_was_made_can_still_be_revoked() {
    let place = Place::new().with_acme();
    let token = place.verifier("Orders API");
    let server = place.serve();
    let asked = async || {
        let question = serde_json::json!({ "key": "x" });
        let answer = server.system(&token).post("/api/v1/verify", question).await;
        answer.status
    };
    place.run(&["pepper", "rotate"], "").done();
    let backup = Backup::of(place.source());
    direct::until("it is moved to the new pepper", async || {
        // On PostgreSQL the server has to find the database again first.
        let moved = "SELECT count(*) AS n FROM verifiers WHERE pepper_version = 2";
        [200, 503].contains(&asked().await) && place.number(moved) == 1
    })
    .await;
    backup.put_in_place();
    direct::until("the copy is loaded", async || {
        server.log().contains("the index was loaded anew")
            && server.stranger().get("/readyz").await.status == 200
    })
    .await;
    let by = Steward::operator(chrono::Utc::now());
    let change = |conn: &mut db::Conn| {
        let listed = db::verifiers::list_for_index(conn)?;
        verifiers::revoke(conn, &by, listed[0].id, "Orders API")
    };
    place.db().write(change).unwrap();
    direct::until("it is refused", async || asked().await == 401).await;
}
