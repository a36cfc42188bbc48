//! nginx, with `auth_request`.

use std::path::Path;
use std::process::Command;

use super::program::{Site, replaced};

pub fn command(site: &Site) -> Command {
    let socket = site.socket;
    let conf = site.shipped("nginx/keystead.conf", &[]);
    let conf = replaced(&conf, "listen 80;", &format!("listen {socket};"));
    let whole = alone(site.dir, socket.port(), &conf);
    let mut command = Command::new("nginx");
    command.args(["-c", &site.write("conf", &whole), "-p"]);
    command.arg(site.dir);
    command
}

/// The file of an nginx of one process, so that the end of the test is its end too, which writes in a folder alone.
pub fn alone(dir: &Path, port: u16, conf: &str) -> String {
    let dir = dir.display();
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {dir}/nginx-{what};\n"))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid {dir}/{port}.pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\naccess_log off;\n{paths}{conf}}}\n"
    )
}
