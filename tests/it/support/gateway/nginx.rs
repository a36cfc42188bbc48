//! nginx, with `auth_request`.

use std::process::Command;

use super::program::{Site, replaced};

pub fn command(site: &Site) -> Command {
    let (socket, dir, port) = (site.socket, site.dir.display(), site.socket.port());
    let conf = site.shipped("nginx/keystead.conf", &[]);
    let conf = replaced(&conf, "listen 80;", &format!("listen {socket};"));
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {dir}/nginx-{what};\n"))
        .concat();
    // One process, so that the end of the test is its end too.
    let whole = format!(
        "daemon off;\nmaster_process off;\npid {dir}/{port}.pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\naccess_log off;\n{paths}{conf}}}\n"
    );
    let mut command = Command::new("nginx");
    command.args(["-c", &site.write("conf", &whole), "-p"]);
    command.arg(site.dir);
    command
}
