//! How connections end: when nobody uses them or reads the answers, when there are too many, and when the server is asked
//! to stop.

use std::future::{Future, pending, poll_fn};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_web::rt::{spawn, task};
use keystead::domain::forwarded::TrustedProxies;
use keystead::server::connections::{Connection, Connections, End};
use keystead::server::crowd::Crowd;
use keystead::server::line::Line;
use keystead::web::connection_counts::ConnectionCounts;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
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

/// The connections of a worker, of which there may be so many.
fn worker(most: usize, per_address: usize) -> Rc<Connections> {
    let counts = Arc::<ConnectionCounts>::default();
    counts.allow(most);
    let crowd = Crowd::new(counts, TrustedProxies::default(), per_address);
    Connections::new(Arc::new(crowd))
}

/// As actix does with a new one.
fn open(connections: &Rc<Connections>) -> impl Future<Output = ()> + use<> {
    connections.keep(connections.admit(None).unwrap());
    connections.end_of_newest()
}

#[actix_web::test]
async fn a_connection_closes_after_75_to_80_seconds_without_use() {
    tokio::time::pause();
    let connections = worker(10, 10);
    spawn(Rc::clone(&connections).watch(pending()));
    // One begins with a look, the other right before one.
    let first = spawn(open(&connections));
    seconds_pass(4).await;
    let second = spawn(open(&connections));
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
    let connections = worker(10, 10);
    spawn(Rc::clone(&connections).watch(pending()));
    let mut connection = pin!(open(&connections));
    for _ in 0..10 {
        assert!(!is_over(connection.as_mut()).await);
        seconds_pass(60).await;
    }
    let mut late = pin!(open(&connections));
    seconds_pass(10).await;
    assert!(!is_over(late.as_mut()).await);
}

#[actix_web::test]
async fn every_connection_of_a_server_that_stops_is_over_and_so_are_new_ones() {
    let connections = worker(10, 10);
    let (stop, stopping) = oneshot::channel::<()>();
    let watching = spawn(Rc::clone(&connections).watch(async { stopping.await.unwrap() }));
    let opened = spawn(open(&connections));
    stop.send(()).unwrap();
    opened.await.unwrap();
    watching.await.unwrap();
    open(&connections).await;
}

#[actix_web::test]
async fn a_client_that_stops_reading_for_25_seconds_loses_the_connection_and_a_slow_one_keeps_it() {
    tokio::time::pause();
    let connections = worker(10, 10);
    spawn(Rc::clone(&connections).watch(pending()));
    let line = || {
        let (ours, theirs) = tokio::io::duplex(4);
        (Line::new(ours, connections.admit(None).unwrap()), theirs)
    };
    let (mut unread, _never_reads) = line();
    let (mut slow, mut reads) = line();
    let unread = spawn(async move { unread.write_all(b"an answer").await });
    let slow = spawn(async move { slow.write_all(b"some answer").await });
    seconds_pass(19).await;
    assert!(!unread.is_finished());
    // A little of it is enough to go on.
    reads.read_exact(&mut [0]).await.unwrap();
    seconds_pass(7).await;
    let cause = unread.await.unwrap().unwrap_err();
    assert_eq!(cause.kind(), std::io::ErrorKind::TimedOut);
    assert!(!slow.is_finished());
    reads.read_exact(&mut [0; 10]).await.unwrap();
    slow.await.unwrap().unwrap();
}

#[actix_web::test]
async fn nothing_is_read_of_a_client_that_does_not_read() {
    let connections = worker(10, 10);
    let (ours, mut theirs) = tokio::io::duplex(4);
    let line = Line::new(ours, connections.admit(None).unwrap());
    let (mut reads, mut writes) = tokio::io::split(line);
    theirs.write_all(b"asks").await.unwrap();
    let (mut asked, mut answer) = ([0; 4], [0; 9]);
    let mut writing = pin!(writes.write_all(b"an answer"));
    assert!(!is_over(pin!(async { writing.as_mut().await.unwrap() })).await);
    let mut reading = pin!(async { reads.read_exact(&mut asked).await.map(|_| ()).unwrap() });
    assert!(!is_over(reading.as_mut()).await);
    let (written, read) = tokio::join!(writing, theirs.read_exact(&mut answer));
    written.unwrap();
    read.unwrap();
    reading.await;
    assert_eq!(&asked, b"asks");
}

#[test]
fn of_a_full_house_those_give_way_that_were_never_answered_then_the_least_used() {
    let connections = worker(3, 10);
    let admit = || {
        let connection = connections.admit(None).unwrap();
        connections.keep(Rc::clone(&connection));
        (connection, Box::pin(connections.end_of_newest()))
    };
    let is_over = |(_, end): &mut (Rc<Connection>, Pin<Box<End>>)| {
        let mut context = Context::from_waker(Waker::noop());
        end.as_mut().poll(&mut context).is_ready()
    };
    let (mut first, mut second, mut third) = (admit(), admit(), admit());
    first.0.note_written();
    let mut fourth = admit();
    assert!(is_over(&mut second));
    assert!(!is_over(&mut first) && !is_over(&mut third));
    third.0.note_written();
    fourth.0.note_written();
    // Equals: the oldest.
    let _fifth = admit();
    assert!(is_over(&mut first));
    assert!(!is_over(&mut third) && !is_over(&mut fourth));
}

#[test]
fn an_address_has_so_many_connections_and_a_network_of_ipv6_is_one() {
    let connections = worker(100, 2);
    let from = |address: &str| connections.admit(Some(address.parse().unwrap()));
    let kept = [from("2001:db8::1"), from("2001:db8::2")];
    assert!(kept.iter().all(Option::is_some));
    assert!(from("2001:db8::3").is_none());
    let others = [
        from("2001:db8:0:1::3"),
        from("192.0.2.1"),
        from("::ffff:192.0.2.1"),
    ];
    assert!(others.iter().all(Option::is_some));
    assert!(from("192.0.2.1").is_none());
    // Gateways and systems of this machine come from one address.
    let local = [from("127.0.0.1"), from("127.0.0.1"), from("127.0.0.1")];
    assert!(local.iter().all(Option::is_some));
    drop(kept);
    assert!(from("2001:db8::3").is_some());
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
