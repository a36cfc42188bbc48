//! Two servers behind nginx, by the file that `deploy/` holds.

use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use reqwest::Method;

use super::Nodes;
use crate::support::app::scratch_dir;
use crate::support::direct;
use crate::support::gateway::{free, nginx, replaced, shipped};
use crate::support::system::KEYS;

/// nginx on a port of its own; it ends with the test.
struct Balancer {
    socket: SocketAddr,
    process: Child,
}

impl Balancer {
    async fn before(nodes: &Nodes) -> Self {
        let dir = scratch_dir();
        let socket = free();
        let own = |at: usize| nodes.servers[at].socket().to_string();
        let changes = [
            ("10.0.0.11:8080", own(0)),
            ("10.0.0.12:8080", own(1)),
            ("listen 80;", format!("listen {socket};")),
        ];
        let conf = changes
            .iter()
            .fold(shipped("several/nginx.conf"), |conf, (from, to)| {
                replaced(&conf, from, to)
            });
        let whole = nginx::alone(&dir, socket.port(), &conf);
        let file = dir.join("nginx.conf");
        std::fs::write(&file, whole).unwrap();
        let mut nginx = Command::new("nginx");
        nginx.arg("-c").arg(&file).arg("-p").arg(&dir);
        let process = nginx.stderr(Stdio::null()).spawn();
        let balancer = Self {
            socket,
            process: process.expect("please install the Debian package nginx-light"),
        };
        direct::until("nginx listens", async || TcpStream::connect(socket).is_ok()).await;
        balancer
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[actix_web::test]
async fn behind_nginx_two_servers_are_one_and_one_is_enough() {
    let mut nodes = Nodes::start(2).await;
    let balancer = Balancer::before(&nodes).await;
    let base = format!("http://{}", balancer.socket);
    let admin = nodes.servers[0].system_at(&base, &nodes.admin);
    // Each request may go to another server than the one before.
    for round in 0..10 {
        let made = admin.create(&format!("Key {round}")).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let text = |member: &str| made.json()[member].as_str().unwrap().to_owned();
        let holder = nodes.servers[0].system_at(&base, &text("key"));
        assert_eq!(holder.whoami().await.status, 200);
        let gone = admin.delete(&format!("{KEYS}/{}", text("id"))).await;
        assert_eq!(gone.status, 204);
        assert_eq!(holder.whoami().await.status, 401);
    }
    nodes.servers[1].crash();
    for _ in 0..10 {
        assert_eq!(admin.whoami().await.status, 200);
        let asked = admin.request(Method::GET, "/forward-auth").send().await;
        assert_eq!(asked.unwrap().status(), 200);
    }
}
