//! Strangers who open many connections, or never read the answers, keep nobody out.

use std::io::Write as _;
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::metrics;
use crate::support::process::{Place, Server};
use crate::support::raw::talk;

/// A command with at most so many open files, which `sh` sets for the process that it becomes.
fn with_open_files(command: &Command, soft: u32, hard: u32) -> Command {
    let mut limited = Command::new("sh");
    limited
        .arg("-c")
        .arg(format!(
            "ulimit -S -n {soft} && ulimit -H -n {hard} && exec \"$0\" \"$@\""
        ))
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            limited.env(name, value);
        }
    }
    if let Some(dir) = command.get_current_dir() {
        limited.current_dir(dir);
    }
    limited
}

fn with_metrics(place: &Place) -> Command {
    let mut command = place.command(&["serve"]);
    command.env("KEYSTEAD_METRICS_LISTEN", "127.0.0.1:0");
    command
}

/// Asks on a new connection and gives the status.
fn asks(server: &Server, path: &str) -> u16 {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    talk(server.socket(), request.as_bytes(), Duration::from_secs(30)).status()
}

/// Connections on which nothing is said.
fn idle(server: &Server, count: usize) -> Vec<TcpStream> {
    let connect = |_| TcpStream::connect(server.socket()).unwrap();
    (0..count).map(connect).collect()
}

/// Sends as long as the server takes it, and never reads.
fn floods(server: &Server, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.socket()).unwrap();
    let patience = Some(Duration::from_millis(300));
    stream.set_write_timeout(patience).unwrap();
    let many = request.repeat(400);
    while stream.write_all(many.as_bytes()).is_ok() {}
    stream
}

#[actix_web::test]
async fn idle_connections_give_way_to_a_new_one_however_low_the_limit_of_files_is() {
    // This process holds the other ends.
    keystead::server::open_files::raise_limit();
    let place = Place::new().with_acme();
    for limit in [64, 256, 1_024] {
        let command = with_open_files(&with_metrics(&place), limit, limit);
        let server = place.start(command);
        // All that it opens at its start is open.
        metrics::read(&metrics::listener(&server)).await;
        let idle = idle(&server, 1_100);
        for _ in 0..20 {
            assert_eq!(asks(&server, "/healthz"), 200, "{limit}");
        }
        // The database too still has files to open.
        assert_eq!(asks(&server, "/readyz"), 200, "{limit}");
        assert_eq!(asks(&server, "/login"), 200, "{limit}");
        assert!(server.log().contains("LimitNOFILE=65536"), "{limit}");
        let seen = metrics::read(&metrics::listener(&server)).await;
        let ended = "keystead_connections_ended_total{reason=\"gave_way\"}";
        assert!(metrics::value(&seen, ended) > 50.0, "{seen}");
        let (open, most) = ("keystead_connections", "keystead_connections_capacity");
        assert!(
            metrics::value(&seen, open) <= metrics::value(&seen, most),
            "{seen}"
        );
        drop(idle);
    }
}

#[actix_web::test]
async fn the_soft_limit_of_open_files_is_raised_to_the_hard_one() {
    let place = Place::new();
    let server = place.start(with_open_files(&with_metrics(&place), 64, 8_192));
    let seen = metrics::read(&metrics::listener(&server)).await;
    assert!(
        metrics::value(&seen, "keystead_connections_capacity") > 7_000.0,
        "{seen}"
    );
    assert!(!server.log().contains("LimitNOFILE"));
}

#[actix_web::test]
async fn clients_that_ask_and_never_read_take_little_memory_and_lose_the_connection() {
    let place = Place::new().with_acme();
    let server = place.start(with_metrics(&place));
    assert_eq!(asks(&server, "/login"), 200);
    let before = server.memory_kib();
    let begun = Instant::now();
    // Answered at once, by a thread that waits, and after a body in chunks.
    let chunked = "POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
    let requests = [
        "GET /forward-auth HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /login HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n",
        chunked,
    ];
    let flooding: Vec<TcpStream> = std::thread::scope(|scope| {
        let each = (0..40).map(|number| {
            let server = &server;
            scope.spawn(move || floods(server, requests[number % requests.len()]))
        });
        let each: Vec<_> = each.collect();
        each.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(asks(&server, "/login"), 200);
    let listener = metrics::listener(&server);
    let (mut most, ended) = (0, "keystead_connections_ended_total{reason=\"unread\"}");
    loop {
        most = most.max(server.memory_kib() - before);
        let seen = metrics::read(&listener).await;
        if metrics::value(&seen, "keystead_connections") < 1.0 {
            assert!(metrics::value(&seen, ended) > 0.0, "{seen}");
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{seen}");
        actix_web::rt::time::sleep(Duration::from_millis(200)).await;
    }
    // Up to 2.5 MiB for each, where it was 24 without a bound.
    assert!(most < 40 * 2_560, "{most} KiB");
    drop(flooding);
}

#[actix_web::test]
async fn requests_sent_all_at_once_are_all_answered_in_their_order() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let server = place.serve();
    let asks = |number: usize| {
        let id = if number.is_multiple_of(3) {
            &key
        } else {
            "none"
        };
        match number % 4 {
            0 => "GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
            1 => "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
            _ => {
                format!("GET /forward-auth HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {id}\r\n\r\n")
            }
        }
    };
    let last = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let all: String = (0..2_000).map(asks).chain([last.to_owned()]).collect();
    // Sent from one thread and read by another, as clients do that pipeline.
    let mut stream = TcpStream::connect(server.socket()).unwrap();
    let mut reads = stream.try_clone().unwrap();
    reads
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let said = std::thread::scope(|scope| {
        scope.spawn(|| stream.write_all(all.as_bytes()).unwrap());
        let mut said = Vec::new();
        std::io::Read::read_to_end(&mut reads, &mut said).unwrap();
        String::from_utf8_lossy(&said).into_owned()
    });
    let statuses: Vec<&str> = said
        .split("HTTP/1.1 ")
        .skip(1)
        .filter_map(|answer| answer.get(..3))
        .collect();
    let expected = |number: usize| match (number % 4, number % 3) {
        (0, _) => "200",
        (1, _) => "404",
        (_, 0) => "200",
        _ => "401",
    };
    let expected: Vec<&str> = (0..2_000).map(expected).chain(["200"]).collect();
    assert_eq!(statuses, expected);
}
