//! Envoy, with `ext_authz`.

use std::process::Command;

use super::program::{Site, from_pypi, replaced};

pub fn command(site: &Site) -> Command {
    let port = |address: &str| address.rsplit(':').next().unwrap().to_owned();
    let mut whole = site.read("envoy/envoy.yaml");
    for (from, to) in [
        (
            "address: 0.0.0.0, port_value: 80 }",
            format!("address: 127.0.0.1, port_value: {} }}", site.socket.port()),
        ),
        (
            "port_value: 8080",
            format!("port_value: {}", port(site.keystead)),
        ),
        (
            "port_value: 9000",
            format!("port_value: {}", port(site.api)),
        ),
    ] {
        whole = replaced(&whole, from, &to);
    }
    let mut command = from_pypi("envoy");
    command.args(["-c", &site.write("yaml", &whole)]);
    // Otherwise two of them on one machine are in each other's way.
    command.args(["--disable-hot-restart", "--concurrency", "2"]);
    command
}
