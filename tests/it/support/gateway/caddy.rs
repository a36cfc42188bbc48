//! Caddy, with the long form of `forward_auth`.

use std::process::Command;

use super::program::{Site, replaced};

pub fn command(site: &Site) -> Command {
    let mut sites = site.shipped("caddy/Caddyfile", &[]);
    for name in ["api.example.com", "keys.example.com"] {
        let here = format!("\nhttp://{name}:{} {{", site.socket.port());
        sites = replaced(&sites, &format!("\n{name} {{"), &here);
    }
    let whole = format!("{{\nadmin off\nauto_https off\ndefault_bind 127.0.0.1\n}}\n{sites}");
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]);
    command.arg(site.write("conf", &whole));
    for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(name, site.dir);
    }
    command
}
