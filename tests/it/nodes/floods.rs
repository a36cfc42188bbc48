//! Many stops at once, while another server hangs: each of them waits for that one.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use super::Nodes;
use crate::support::direct;
use crate::support::system::KEYS;

/// More than a server has threads for what waits: of those it has at most 512.
const STOPS: usize = 600;

#[actix_web::test]
async fn many_stops_that_wait_for_a_server_that_hangs_hold_up_nobody_else() {
    let mut nodes = Nodes::start(0).await;
    for at in 0..2 {
        let server = nodes.launch_with(at, |command| {
            command.env("KEYSTEAD_LEASE_SECONDS", "5");
            command.env("KEYSTEAD_WORKERS", "1");
            command.env("KEYSTEAD_CHANGES_PER_SECOND", "0");
        });
        nodes.servers.push(server);
    }
    let (id, _) = nodes.issue("ERP").await;
    let place = &nodes.places[0];
    place
        .run(
            &["tenant", "create", "Beta", "--admin", "bob@beta.example"],
            "",
        )
        .done();
    let args = ["key", "create", "--tenant", "Beta", "--name", "Admin"];
    let other = place.run(&args, "").done().out.trim().to_owned();

    let server = &nodes.servers[0];
    nodes.servers[1].freeze();
    let request = format!(
        "DELETE {KEYS}/{id} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
        nodes.admin
    );
    let mut stops: Vec<TcpStream> = (0..STOPS)
        .map(|_| {
            let mut stream = TcpStream::connect(server.socket()).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            stream.set_nonblocking(true).unwrap();
            stream
        })
        .collect();
    direct::until("the first stop is stored", async || {
        place.number("SELECT count(*) AS n FROM api_keys WHERE revoked_at IS NOT NULL") == 1
    })
    .await;
    assert_eq!(server.system(&other).get(KEYS).await.status, 200);
    for stop in &mut stops {
        let nothing = stop.read(&mut [0]).unwrap_err();
        assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    }
    // Who asked hangs up: how the stop was confirmed is told all the same.
    drop(stops);
    nodes.servers[1].signal("-CONT");
    direct::until("its confirmation is noted", async || {
        place.number("SELECT count(*) AS n FROM confirmed_events") == 1
    })
    .await;
}
