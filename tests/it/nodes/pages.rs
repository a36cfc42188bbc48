//! What people see of several servers: the proof that a change reached all of them, whom it waits for, and how each is.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Nodes, told};
use crate::support::browser_like::{Answer, Person};
use crate::support::process::{Place, Server};
use crate::support::{ALICE, PASSWORD, SAM, direct};

pub async fn sign_in(server: &Server) -> Person {
    arrive(server, ALICE).await
}

async fn arrive(server: &Server, email: &str) -> Person {
    let mut person = server.visitor();
    person.give_password(email, PASSWORD, "").await;
    person
}

/// Somebody of the support staff.
fn hire(place: &Place) -> &'static str {
    let args = [
        "create-admin",
        "--email",
        SAM,
        "--support",
        "--password-stdin",
    ];
    place.run(&args, PASSWORD).done();
    SAM
}

fn page_of(id: &str) -> String {
    format!("/tenant-api-keys/{id}")
}

async fn revoke(person: &mut Person, id: &str, key: &str) -> Answer {
    let page = format!("{}/revocation", page_of(id));
    let last4 = &key[key.len() - 4..];
    person.submit(&page, &page, &[("last4", last4)]).await
}

/// The newest row of the audit log that tells of a revocation.
async fn audit_row(server: &Server, key: &str) -> Value {
    let rows = server.system(key).get("/api/v1/audit").await.json();
    let rows = rows.as_array().unwrap().iter().rev();
    let mut revocations = rows.filter(|row| row["action"] == "key.revoked");
    revocations.next().unwrap().clone()
}

#[actix_web::test]
async fn the_proof_stands_on_the_answer_on_the_key_and_in_the_audit_log() {
    let nodes = Nodes::start(3).await;
    let (id, key) = nodes.issue("ERP").await;
    let mut here = sign_in(&nodes.servers[0]).await;
    revoke(&mut here, &id, &key)
        .await
        .leads_to("/tenant-api-keys");
    let list = here.get("/tenant-api-keys").await;
    list.shows("is revoked. It is refused from now on. Confirmed by 3 of 3 servers in ");

    // Whoever asks another server reads the same.
    let mut there = sign_in(&nodes.servers[1]).await;
    let page = there.get(&page_of(&id)).await;
    page.shows("By 3 of 3 servers in ");
    page.shows("Confirmed by 3 of 3 servers in ");
    there.get("/audit").await.shows("3 of 3 servers in ");
    let row = audit_row(&nodes.servers[1], &nodes.admin).await;
    let confirmation = &row["confirmation"];
    let numbers = (&confirmation["servers"], &confirmation["confirmed"]);
    assert_eq!(numbers, (&json!(3), &json!(3)), "{row}");
    let waited = confirmation["waited_ms"].as_i64().unwrap();
    let copy = there.get("/audit.csv?action=key.revoked").await;
    let ending = format!(",3,3,{waited}");
    let line = copy.body.lines().nth(1).unwrap();
    assert!(line.ends_with(&ending), "{}", copy.body);

    // Who can do no less than before had to be confirmed by nobody.
    let rows = nodes.servers[1].system(&nodes.admin);
    let rows = rows.get("/api/v1/audit").await.json();
    assert_eq!(rows[0]["confirmation"], Value::Null);
}

#[actix_web::test]
async fn while_a_server_is_silent_it_is_named_and_afterwards_counted() {
    let nodes = Nodes::start(3).await;
    let (id, key) = nodes.issue("ERP").await;
    let mut alice = sign_in(&nodes.servers[0]).await;
    let others = [
        sign_in(&nodes.servers[0]).await,
        sign_in(&nodes.servers[2]).await,
    ];
    let waiting = format!("{}/confirmation", page_of(&id));
    for other in &others {
        let answer = Answer::of(other.request(Method::GET, &waiting)).await;
        assert_eq!((answer.status, &*answer.body), (200, ""));
    }
    nodes.servers[1].freeze();
    let asked = async {
        for other in &others {
            direct::until("it is named", async || {
                let answer = Answer::of(other.request(Method::GET, &waiting)).await;
                answer.body.starts_with("Waiting for bela, at most ")
            })
            .await;
        }
    };
    let (answer, ()) = futures_util::join!(revoke(&mut alice, &id, &key), asked);
    answer.leads_to("/tenant-api-keys");
    let silent = "2 of 3 servers; the third one had stopped answering (waited ";
    alice.get("/tenant-api-keys").await.shows(silent);
    alice.get(&page_of(&id)).await.shows(silent);
    alice.get("/audit").await.shows(silent);
    let row = audit_row(&nodes.servers[0], &nodes.admin).await;
    assert_eq!(row["confirmation"]["confirmed"], 2, "{row}");
    let answer = Answer::of(others[0].request(Method::GET, &waiting)).await;
    assert_eq!((answer.status, &*answer.body), (200, ""));
    assert_eq!(told(&nodes.servers[2], &key).await, 401);
}

#[actix_web::test]
async fn staff_sees_every_server_and_which_is_silent() {
    let nodes = Nodes::start(3).await;
    let (_, key) = nodes.issue("ERP").await;
    let mut sam = arrive(&nodes.servers[2], hire(&nodes.places[0])).await;
    let page = sam.get("/support/nodes").await;
    for name in ["ada", "bela", "cleo", "Newest change", "left"] {
        page.shows(name);
    }
    page.shows("3 servers, all of them answer.");
    assert_eq!(page.body.matches("This server").count(), 1);
    direct::until("its questions are counted", async || {
        assert_eq!(told(&nodes.servers[0], &key).await, 200);
        nodes.places[0].number("SELECT max(questions_per_second) AS n FROM node_leases") > 0
    })
    .await;

    let long_ago = "INSERT INTO node_leases VALUES ('01890a5d-ac96-774b-bcce-b302099a8057', 1, 0, 10000, 'dora', \
                    '192.0.2.7:8080', '0.1.0', now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc' - interval '7 seconds', 0, 0)";
    direct::sql(&nodes.places[0].db(), long_ago);
    sam.htmx = true;
    let part = sam.get("/support/nodes").await;
    part.hides("<!doctype");
    part.shows("Silent for ");
    part.shows("behind");
    part.shows("4 servers, 1 of them silent.");
}

#[actix_web::test]
async fn the_one_server_of_a_file_needs_no_proof() {
    let place = Place::on_a_file().with_acme();
    let admin = place.key("Admin");
    let server = place.serve();
    let (id, key) = server.issue(&admin, "ERP", "Full access", &[]).await;
    let mut sam = arrive(&server, hire(&place)).await;
    let page = sam.get("/support/nodes").await;
    page.shows("Needs no lease");
    page.shows("1 server, which answers.");
    let mut alice = sign_in(&server).await;
    let waiting = alice.get(&format!("{}/confirmation", page_of(&id))).await;
    assert_eq!((waiting.status, &*waiting.body), (200, ""));
    revoke(&mut alice, &id, &key)
        .await
        .leads_to("/tenant-api-keys");
    let list = alice.get("/tenant-api-keys").await;
    list.shows("is revoked. It is refused from now on.");
    list.hides("Confirmed by");
    alice.get(&page_of(&id)).await.hides("Confirmed by");
    let row = audit_row(&server, &admin).await;
    assert_eq!(row["confirmation"], Value::Null);
}
