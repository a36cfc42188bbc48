//! Whoever hears that a key is stopped already hears it no earlier than the one who stopped it.

use actix_web::web;
use futures_util::future::join_all;
use serde_json::json;

use super::pages::sign_in;
use super::{Nodes, told};
use crate::support::backends::{Stopped, following};
use crate::support::direct;
use crate::support::system::KEYS;

/// Ways to ask for what was done a moment ago.
const WAYS: [&str; 6] = [
    "the API again",
    "another change of it",
    "a page",
    "whoever has it",
    "whoever found it",
    "the shell",
];

#[actix_web::test]
async fn who_hears_that_a_key_is_stopped_already_can_rely_on_it_on_every_server() {
    let mut nodes = Nodes::start(1).await;
    let db = nodes.places[0].db();
    let first = following(&db);
    let second = nodes.launch(1);
    nodes.servers.push(second);
    let (id, key) = nodes.issue("ERP").await;
    let [here, there] = &nodes.servers[..] else {
        unreachable!()
    };
    let alice = sign_in(here).await;
    let path = format!("{KEYS}/{id}");

    // The second server hears nothing any more, and answers as long as its lease lasts.
    let mut stopped = Stopped::default();
    for pid in following(&db).difference(&first) {
        stopped.stop(*pid);
    }
    let admin = here.system(&nodes.admin);
    let revoking = async { assert_eq!(admin.delete(&path).await.status, 204) };
    let asking = async {
        direct::until("the server at hand knows", async || {
            told(here, &key).await == 401
        })
        .await;
        let ask = async |way: &str| {
            let mut alice = alice.clone();
            let mut stranger = here.visitor();
            let status = match way {
                "the API again" => admin.delete(&path).await.status,
                "another change of it" => {
                    admin
                        .post(&format!("{path}/disable"), json!({}))
                        .await
                        .status
                }
                "a page" => {
                    alice
                        .get(&format!("/tenant-api-keys/{id}/revocation"))
                        .await
                        .status
                }
                "whoever has it" => {
                    let (form, kind) =
                        (format!("token={key}"), "application/x-www-form-urlencoded");
                    here.stranger()
                        .send("/oauth2/revoke", kind, form)
                        .await
                        .status
                }
                "whoever found it" => {
                    let page = "/report-leaked-key";
                    stranger.submit(page, page, &[("key", &*key)]).await.status
                }
                _ => {
                    // Where no server runs.
                    let args = ["key", "revoke", &*id, "--tenant", "Acme"];
                    let mut command = nodes.command(2, &args);
                    let done = web::block(move || command.status().unwrap().success()).await;
                    u16::from(done.unwrap())
                }
            };
            let heard = told(there, &key).await;
            assert_ne!(heard, 200, "{way} was answered with {status}");
        };
        join_all(WAYS.map(ask)).await;
    };
    futures_util::join!(revoking, asking);
}
