//! What nginx pays for asking us: the CPU of nginx and Keystead together, less that of nginx alone.

use std::process::{Child, Command, Stdio};

use crate::load::{Load, Measured, answer_size};
use crate::servers::{Running, Work};
use crate::{ask_gateway, median};

const ROUNDS: usize = 3;

pub fn run() {
    let work = Work::new();
    let keys = work.seed(100_000, 10_000);
    let [own_socket, bare_socket] =
        ["keystead.sock", "bare.sock"].map(|name| work.path().join(name));
    let server = Running::keystead(&work, &["--unix-socket", own_socket.to_str().unwrap()]);
    let (whole, body) = answer_size(server.port, &ask_gateway(&keys[0]));
    let (smallest, _) = answer_size(Running::bare(body, 0).port, &ask_gateway(&keys[0]));
    let bare = Running::bare_at(body, whole - smallest, Some(&bare_socket));
    println!("\n| nginx | requests/s | p99 us | CPU us/request, nginx and whom it asks |");
    println!("|---|---:|---:|---:|");
    let [own_port, bare_port] =
        [&server, &bare].map(|running| format!("127.0.0.1:{}", running.port));
    let alone = measure("alone", "/open/", &work, &keys, &server, &own_port);
    let asks = |name: &str, running: &Running, at: &str| {
        measure(name, "/asked/", &work, &keys, running, at) - alone
    };
    let over_tcp = [
        asks("asks bare actix-web", &bare, &bare_port),
        asks("asks Keystead", &server, &own_port),
    ];
    let [own_socket, bare_socket] =
        [own_socket, bare_socket].map(|path| format!("unix:{}", path.display()));
    let over_socket = [
        asks("asks bare actix-web, Unix socket", &bare, &bare_socket),
        asks("asks Keystead, Unix socket", &server, &own_socket),
    ];
    for (way, [bare, ours]) in [("TCP", over_tcp), ("a Unix socket", over_socket)] {
        println!(
            "\nAsking over {way} costs {ours:.1} us of CPU a request (limit: 20), {:.2} times what asking a bare server costs",
            ours / bare
        );
    }
}

/// CPU of nginx and of the server behind it, in microseconds a request.
fn measure(
    name: &str,
    path: &str,
    work: &Work,
    keys: &[String],
    server: &Running,
    at: &str,
) -> f64 {
    let nginx = Nginx::start(work, at);
    let requests: Vec<String> = keys
        .iter()
        .map(|key| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n\r\n"))
        .collect();
    let load = Load {
        port: nginx.port,
        pids: vec![nginx.worker(), server.pid()],
        requests: &requests,
        connections: 32,
        expected: "200",
    };
    load.for_seconds(1);
    let rounds: Vec<Measured> = (0..ROUNDS).map(|_| load.for_seconds(4)).collect();
    for round in &rounds {
        println!(
            "| {name} | {:.0} | {:.0} | {:.2} |",
            round.rate, round.p99_micros, round.cpu_micros
        );
    }
    median(rounds).cpu_micros
}

struct Nginx {
    port: u16,
    child: Child,
}

impl Nginx {
    fn start(work: &Work, keystead: &str) -> Self {
        let dir = work.path().join("nginx");
        for part in ["html/open", "html/asked", "tmp"] {
            std::fs::create_dir_all(dir.join(part)).unwrap();
        }
        for part in ["open", "asked"] {
            std::fs::write(
                dir.join("html").join(part).join("index.html"),
                "x".repeat(300),
            )
            .unwrap();
        }
        let port = free_port();
        let config = format!(
            "worker_processes 1; worker_cpu_affinity 01; daemon off; pid nginx.pid; error_log error.log;\n\
             user root;\n\
             events {{ worker_connections 1024; }}\n\
             http {{ access_log off; keepalive_requests 100000000; default_type text/plain;\n\
             client_body_temp_path tmp/b; proxy_temp_path tmp/p; fastcgi_temp_path tmp/f;\n\
             uwsgi_temp_path tmp/u; scgi_temp_path tmp/s;\n\
             upstream keystead {{ server {keystead}; keepalive 64; keepalive_requests 100000000; }}\n\
             server {{ listen 127.0.0.1:{port}; root html;\n\
             location /open/ {{ }}\n\
             location /asked/ {{ auth_request /_keystead;\n\
               auth_request_set $key $upstream_http_x_keystead_key_id; add_header X-Key $key; }}\n\
             location = /_keystead {{ internal; proxy_pass http://keystead/forward-auth;\n\
               proxy_pass_request_body off; proxy_set_header Content-Length \"\";\n\
               proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
               proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Method $request_method;\n\
               proxy_set_header X-Forwarded-Uri $request_uri; }} }} }}\n"
        );
        std::fs::write(dir.join("nginx.conf"), config).unwrap();
        let child = Command::new("nginx")
            .args(["-e", "stderr", "-p"])
            .arg(&dir)
            .args(["-c", "nginx.conf"])
            .stderr(Stdio::inherit())
            .spawn()
            .expect("needs nginx (Debian package nginx-light)");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(std::time::Instant::now() < deadline, "nginx does not start");
        }
        Self { port, child }
    }

    /// The one process that answers; nginx listens a moment before it is there.
    fn worker(&self) -> u32 {
        let main = self.child.id();
        let children = format!("/proc/{main}/task/{main}/children");
        loop {
            let text = std::fs::read_to_string(&children).unwrap();
            if let Some(worker) = text.split_whitespace().next() {
                return worker.parse().unwrap();
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.child.wait();
    }
}

pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
