//! How connections end: when nobody uses them, and when the server is asked to stop.

use std::future::{Future, pending, poll_fn};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use actix_web::rt::{spawn, task};
use keystead::server::connections::Connections;
use tokio::sync::oneshot;

use crate::support::process::Place;
use crate::support::system::KEYS;

/// Uses a connection, and tells whether it has to close.
async fn is_over(mut connection: Pin<&mut impl Future<Output = ()>>) -> bool {
    poll_fn(|context| Poll::Ready(connection.as_mut().poll(context).is_ready())).await
}

/// In small steps, since a worker notices that its time has come at a step.
async fn seconds_pass(seconds: u64) {
    for _ in 0..seconds * 100 {
        tokio::time::advance(Duration::from_millis(10)).await;
        // The worker looks after its connections before anybody else does anything.
        task::yield_now().await;
    }
}

#[actix_web::test]
async fn a_connection_closes_after_75_to_80_seconds_without_use() {
    tokio::time::pause();
    let connections = Rc::<Connections>::default();
    spawn(Rc::clone(&connections).watch(pending()));
    // One begins with a look, the other right before one.
    let first = spawn(connections.open());
    seconds_pass(4).await;
    let second = spawn(connections.open());
    seconds_pass(71).await;
    assert!(!first.is_finished());
    seconds_pass(4).await;
    assert!(!second.is_finished());
    seconds_pass(2).await;
    assert!(first.is_finished());
    assert!(second.is_finished());
}

#[actix_web::test]
async fn a_connection_that_is_used_once_a_minute_stays() {
    tokio::time::pause();
    let connections = Rc::<Connections>::default();
    spawn(Rc::clone(&connections).watch(pending()));
    let mut connection = pin!(connections.open());
    for _ in 0..10 {
        assert!(!is_over(connection.as_mut()).await);
        seconds_pass(60).await;
    }
    let mut late = pin!(connections.open());
    seconds_pass(10).await;
    assert!(!is_over(late.as_mut()).await);
}

#[actix_web::test]
async fn every_connection_of_a_server_that_stops_is_over_and_so_are_new_ones() {
    let connections = Rc::<Connections>::default();
    let (stop, stopping) = oneshot::channel::<()>();
    let watching = spawn(Rc::clone(&connections).watch(async { stopping.await.unwrap() }));
    let open = spawn(connections.open());
    stop.send(()).unwrap();
    open.await.unwrap();
    watching.await.unwrap();
    connections.open().await;
}

#[actix_web::test]
async fn asked_to_stop_it_closes_unused_connections_and_finishes_the_answer_under_way() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    // One worker, so that what comes first is read first.
    let mut server = place.start(place.command(&["serve", "--workers", "1"]));
    let connect = || {
        let stream = TcpStream::connect(server.socket()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream
    };
    let (mut unused, mut busy) = (connect(), connect());
    let asks = format!("GET /forward-auth HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n\r\n");
    unused.write_all(asks.as_bytes()).unwrap();
    let mut first = [0; 12];
    unused.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let body = "{\"name\":\"Warehouse\"}";
    let length = body.len();
    let (some, rest) = body.split_at(5);
    let head = format!(
        "POST {KEYS} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{some}"
    );
    busy.write_all(head.as_bytes()).unwrap();
    assert_eq!(server.stranger().get("/healthz").await.status, 200);
    server.ask_to_stop();
    unused.read_to_end(&mut Vec::new()).unwrap();
    busy.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert_eq!(server.stop_code(), 0);
}
