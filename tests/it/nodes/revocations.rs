//! A change that stops a key is answered when no server accepts it any more.

use serde_json::json;

use super::{Nodes, told};
use crate::support::direct;
use crate::support::process::Place;
use crate::support::system::KEYS;

#[actix_web::test]
async fn what_one_of_three_servers_answers_as_revoked_none_accepts() {
    let nodes = Nodes::start(3).await;
    for round in 0..30 {
        let (id, key) = nodes.issue(&format!("Key {round}")).await;
        let admin = nodes.servers[round % 3].system(&nodes.admin);
        let path = format!("{KEYS}/{id}");
        // Now this way of stopping it, now that.
        let stopped = match round % 3 {
            0 => admin.delete(&path).await,
            1 => admin.post(&format!("{path}/disable"), json!({})).await,
            _ => {
                let narrow = json!({ "ip_allowlist": ["192.0.2.1"] });
                admin.patch(&path, narrow).await
            }
        };
        assert!(stopped.status < 300, "{round}: {}", stopped.body);
        for server in &nodes.servers {
            let status = told(server, &key).await;
            assert!(status == 401 || status == 403, "{round}: {status}");
        }
        assert_eq!(nodes.confirmation(), (3, 0));
        // Room for the next one.
        assert_eq!(admin.delete(&path).await.status, 204);
    }
}

#[actix_web::test]
async fn a_server_that_stands_still_is_waited_for_until_its_lease_ran_out() {
    let nodes = Nodes::start(2).await;
    let (id, key) = nodes.issue("ERP").await;
    nodes.servers[1].freeze();
    let admin = nodes.servers[0].system(&nodes.admin);
    assert_eq!(admin.delete(&format!("{KEYS}/{id}")).await.status, 204);
    assert_eq!(nodes.confirmation(), (2, 1));
    nodes.servers[1].signal("-CONT");
    // At first it has no lease, and then it knows.
    direct::until("it answers again", async || {
        let status = told(&nodes.servers[1], &key).await;
        assert_ne!(status, 200);
        status == 401
    })
    .await;
    nodes.until_listed(2).await;
}

#[actix_web::test]
async fn a_server_that_died_is_waited_for_once() {
    let mut nodes = Nodes::start(2).await;
    let (id, _) = nodes.issue("ERP").await;
    nodes.servers[1].crash();
    let admin = nodes.servers[0].system(&nodes.admin);
    assert_eq!(admin.delete(&format!("{KEYS}/{id}")).await.status, 204);
    assert_eq!(nodes.confirmation(), (2, 1));
    nodes.until_listed(1).await;
    let (id, key) = nodes.servers[0]
        .issue(&nodes.admin, "Next", "Full access", &[])
        .await;
    assert_eq!(admin.delete(&format!("{KEYS}/{id}")).await.status, 204);
    assert_eq!(nodes.confirmation(), (1, 0));
    assert_eq!(told(&nodes.servers[0], &key).await, 401);
}

const LISTED: &str = "SELECT count(*) AS n FROM node_leases";

#[actix_web::test]
async fn a_server_that_died_and_was_started_again_is_not_waited_for() {
    let mut nodes = Nodes::start(1).await;
    nodes.servers[0].crash();
    nodes.servers[0] = nodes.launch(0);
    assert_eq!(nodes.places[0].number(LISTED), 1);
    let (id, _) = nodes.issue("ERP").await;
    let admin = nodes.servers[0].system(&nodes.admin);
    assert_eq!(admin.delete(&format!("{KEYS}/{id}")).await.status, 204);
    assert_eq!(nodes.confirmation(), (1, 0));
}

#[actix_web::test]
async fn a_server_on_a_copy_of_a_data_directory_takes_nobodys_place() {
    let mut nodes = Nodes::start(1).await;
    let (from, to) = (
        nodes.places[0].data("last-run"),
        nodes.places[1].data("last-run"),
    );
    std::fs::create_dir(to.parent().unwrap()).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(to.parent().unwrap(), private).unwrap();
    std::fs::copy(from, to).unwrap();
    let other = nodes.launch(1);
    nodes.servers.push(other);
    assert_eq!(nodes.places[0].number(LISTED), 2);
}

#[actix_web::test]
async fn a_server_that_stops_in_order_is_not_waited_for() {
    let mut nodes = Nodes::start(2).await;
    assert_eq!(nodes.servers[1].stop(), 0);
    let (id, _) = nodes.servers[0]
        .issue(&nodes.admin, "ERP", "Full access", &[])
        .await;
    let admin = nodes.servers[0].system(&nodes.admin);
    assert_eq!(admin.delete(&format!("{KEYS}/{id}")).await.status, 204);
    assert_eq!(nodes.confirmation(), (1, 0));
}

#[actix_web::test]
async fn without_the_database_every_server_stops_answering_and_comes_back_by_itself() {
    let nodes = Nodes::start(2).await;
    let (_, key) = nodes.issue("ERP").await;
    nodes.cluster.crash();
    for server in &nodes.servers {
        direct::until("its lease runs out", async || {
            let status = told(server, &key).await;
            assert!(status == 200 || status == 503, "{status}");
            status == 503
        })
        .await;
        let ready = server.stranger().get("/readyz").await;
        assert_eq!(ready.status, 503);
        // Never a verdict that nobody can be sure of, also about a text that is no key.
        let garbage = server.system("ks_live_nobody").get("/forward-auth").await;
        assert_ne!(garbage.status, 200);
    }
    nodes.cluster.start();
    for server in &nodes.servers {
        direct::until("it answers again", async || {
            let status = told(server, &key).await;
            assert!(status == 200 || status == 503, "{status}");
            status == 200
        })
        .await;
    }
}

#[actix_web::test]
async fn a_server_that_starts_before_its_database_waits_for_it() {
    let nodes = Nodes::start(1).await;
    let (_, key) = nodes.issue("ERP").await;
    nodes.cluster.crash();
    let late = Place::on(nodes.places[0].source().clone());
    let mut command = late.command(&["serve"]);
    command.env("KEYSTEAD_PEPPER_FILE", nodes.places[0].data("pepper"));
    command.env(
        "KEYSTEAD_MASTER_KEY_FILE",
        nodes.places[0].data("master-key"),
    );
    let log = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
    let file = std::fs::File::create(&log).unwrap();
    let cluster = &nodes.cluster;
    let server = std::thread::scope(|scope| {
        scope.spawn(|| {
            let says_so = || {
                std::fs::read_to_string(&log)
                    .unwrap()
                    .contains("this server waits for it")
            };
            while !says_so() {
                std::thread::yield_now();
            }
            cluster.start();
        });
        late.start_logging_to(file.into(), log.clone(), command)
    });
    assert_eq!(told(&server, &key).await, 200);
}

#[actix_web::test]
async fn whoever_hangs_in_the_middle_of_a_change_does_not_keep_others_from_theirs() {
    let nodes = Nodes::start(1).await;
    let (id, key) = nodes.issue("ERP").await;
    let (held, holds) = std::sync::mpsc::channel();
    let (done, goes_on) = std::sync::mpsc::channel::<()>();
    let db = nodes.places[0].db();
    let hanging = std::thread::spawn(move || {
        db.write(|conn| {
            keystead::db::change_log::hold(conn)?;
            held.send(()).unwrap();
            let _ = goes_on.recv();
            Ok(())
        })
    });
    holds.recv().unwrap();
    let admin = nodes.servers[0].system(&nodes.admin);
    assert_eq!(admin.delete(&format!("{KEYS}/{id}")).await.status, 204);
    assert_eq!(told(&nodes.servers[0], &key).await, 401);
    done.send(()).unwrap();
    // What it would have done is lost, and it is told so.
    assert!(hanging.join().unwrap().is_err());
}
