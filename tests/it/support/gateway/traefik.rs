//! Traefik, with `ForwardAuth`.

use std::net::TcpListener;
use std::process::Command;

use super::program::{Site, from_pypi, replaced};

pub fn command(site: &Site) -> Command {
    let (asked, passed) = two_free();
    let routes = site.shipped(
        "traefik/keystead.yml",
        &[
            ("127.0.0.1:9001", &asked),
            ("127.0.0.1:9002", &passed),
            ("      tls: {}\n", ""),
        ],
    );
    let routes = site.write("routes.yml", &routes);
    let socket = format!("address: {}", site.socket);
    let whole = [
        ("127.0.0.1:9001", &*asked),
        ("127.0.0.1:9002", &passed),
        ("address: :443", &socket),
        ("/etc/traefik/keystead.yml", &routes),
    ]
    .iter()
    .fold(site.read("traefik/traefik.yml"), |text, (from, to)| {
        replaced(&text, from, to)
    });
    let mut command = from_pypi("traefik");
    command.arg(format!("--configFile={}", site.write("yml", &whole)));
    command
}

/// Both at once, so that they differ.
fn two_free() -> (String, String) {
    let open = || TcpListener::bind("127.0.0.1:0").unwrap();
    let (first, second) = (open(), open());
    let address = |listener: TcpListener| listener.local_addr().unwrap().to_string();
    (address(first), address(second))
}
