//! Several servers, of which each has a record of its own.

use std::fs;

use keystead::db::change_log::{Item, append_more};
use keystead::db::connection::Source;

use super::{Acme, listed, sorted, told};
use crate::support::direct;
use crate::support::process::{Place, Server};

#[actix_web::test]
async fn a_server_that_knows_of_more_than_was_decided_on_refuses_too() {
    let mut acme = Acme::with(["First", "Second"]).await;
    let backup = acme.copy().await;
    acme.revoke(0).await;
    // What another server knew, that was stopped then.
    let (record, other) = (acme.place.data("stops.jsonl"), acme.place.dir.join("other"));
    fs::copy(&record, &other).unwrap();
    acme.revoke(1).await;
    // As many changes as there were before, and more, are others all the same.
    let copy = backup.db();
    for _ in 0..30 {
        let key = Item::Key(acme.id(0).parse().unwrap());
        copy.write(|conn| append_more(conn, key)).unwrap();
    }
    drop(copy);
    acme.crash_and_put_back(backup);
    let other = other.display().to_string();
    let of_other = acme.place.run(&["restore", "--record", &other], "");
    assert_eq!(
        listed(&of_other.done().out),
        sorted([(acme.id(0), "revoked")])
    );
    let args = ["restore", "--record", &other, "--accept"];
    acme.place.run(&args, "").done();
    let line = acme.start_is_refused();
    assert!(line.contains("works again in it: 1 key;"), "{line}");
    assert!(line.contains("does not cover it"), "{line}");
    assert_eq!(acme.listed(), sorted([(acme.id(1), "revoked")]));
    acme.place.run(&["restore", "--stop-again"], "").done();
    acme.start_again();
    assert_eq!([acme.told(0).await, acme.told(1).await], [200, 401]);
}

/// A second server on the database of the first.
fn beside(acme: &Acme) -> (Place, Server) {
    let other = Place::on(acme.place.source().clone());
    let mut command = other.command(&["serve"]);
    command.env("KEYSTEAD_PEPPER_FILE", acme.place.data("pepper"));
    command.env("KEYSTEAD_MASTER_KEY_FILE", acme.place.data("master-key"));
    let server = other.start(command);
    (other, server)
}

#[actix_web::test]
async fn servers_that_know_the_same_go_on_by_one_decision() {
    let acme = Acme::with(["Stays", "Revoked"]).await;
    let Source::Postgres(_) = acme.place.source() else {
        // A file has one server.
        return;
    };
    let (_place, other) = beside(&acme);
    let backup = acme.copy().await;
    let is_ready = async || other.stranger().get("/readyz").await.status == 200;
    direct::until("the other is ready", is_ready).await;
    acme.revoke(1).await;
    backup.put_in_place();
    acme.until_undecided().await;
    direct::until("the other says so too", async || {
        let answer = other.stranger().get("/readyz").await;
        answer.status == 503 && answer.body.contains("keystead restore")
    })
    .await;
    assert_eq!(told(&other, &acme.keys[1].1).await, 503);
    acme.place.run(&["restore", "--accept"], "").done();
    acme.until_ready().await;
    direct::until("the other is ready", is_ready).await;
    assert_eq!(acme.told(1).await, 200);
    assert_eq!(told(&other, &acme.keys[1].1).await, 200);
}
