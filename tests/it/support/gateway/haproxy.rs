//! HAProxy, with a small Lua script.

use std::process::Command;

use super::program::{Site, replaced};

pub fn command(site: &Site) -> Command {
    let way = format!("abns@keystead-{}", uuid::Uuid::new_v4().simple());
    let script = replaced(&site.read("haproxy/keystead.lua"), "abns@keystead", &way);
    let script = site.write("lua", &script);
    let whole = site.shipped(
        "haproxy/haproxy.cfg",
        &[
            ("abns@keystead", &way),
            ("bind :80", &format!("bind {}", site.socket)),
            ("/etc/haproxy/keystead.lua", &script),
        ],
    );
    let mut command = Command::new("haproxy");
    command.args(["-db", "-f", &site.write("conf", &whole)]);
    command
}
