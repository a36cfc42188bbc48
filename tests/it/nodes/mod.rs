//! Several servers on one PostgreSQL of their own: what one answers as revoked, none accepts any more.

mod deployed;
mod floods;
mod pages;
mod revisions;
mod revocations;
mod shared_facts;
mod simulation;
mod slow_links;
mod told_twice;
mod watched;

use std::process::Command;

use crate::support::cluster::Cluster;
use crate::support::direct;
use crate::support::process::{Place, Server};

/// Places for servers; not each has one.
const MOST: usize = 3;

/// Servers on one database, all of them with the secrets of the first.
struct Nodes {
    cluster: Cluster,
    places: Vec<Place>,
    servers: Vec<Server>,
    admin: String,
}

impl Nodes {
    /// So many, which answer.
    async fn start(count: usize) -> Self {
        let cluster = Cluster::primary();
        let first = Place::on(cluster.source()).with_acme();
        let admin = first.key("Admin");
        let mut nodes = Self {
            cluster,
            places: vec![first],
            servers: Vec::new(),
            admin,
        };
        for _ in 1..MOST {
            let place = Place::on(nodes.places[0].source().clone());
            nodes.places.push(place);
        }
        for at in 0..count {
            let server = nodes.launch(at);
            nodes.servers.push(server);
        }
        nodes
    }

    /// The server of a place, with a short lease.
    fn launch(&self, at: usize) -> Server {
        self.launch_with(at, |_| {})
    }

    /// As [`Nodes::launch`], with another environment.
    fn launch_with(&self, at: usize, change: impl FnOnce(&mut Command)) -> Server {
        let mut command = self.command(at, &["serve"]);
        command.env("KEYSTEAD_NODE_NAME", ["ada", "bela", "cleo"][at]);
        command.env("KEYSTEAD_LEASE_SECONDS", "2");
        change(&mut command);
        self.places[at].start(command)
    }

    /// The program at a place, with the secrets of the first.
    fn command(&self, at: usize, args: &[&str]) -> Command {
        let mut command = self.places[at].command(args);
        let first = &self.places[0];
        command.env("KEYSTEAD_PEPPER_FILE", first.data("pepper"));
        command.env("KEYSTEAD_MASTER_KEY_FILE", first.data("master-key"));
        command
    }

    /// A key that every server knows.
    async fn issue(&self, name: &str) -> (String, String) {
        let (id, key) = self.servers[0]
            .issue(&self.admin, name, "Full access", &[])
            .await;
        for server in &self.servers {
            assert_eq!(told(server, &key).await, 200, "{name}");
        }
        (id, key)
    }

    /// How the newest change that stopped a key was confirmed: servers, and those whose leases ran out.
    fn confirmation(&self) -> (i64, i64) {
        let newest = "FROM change_confirmations ORDER BY rev DESC LIMIT 1";
        let read = |column: &str| self.places[0].number(&format!("SELECT {column} AS n {newest}"));
        (read("nodes"), read("lapsed"))
    }

    async fn until_listed(&self, count: i64) {
        direct::until("as many servers are listed as live", async || {
            self.places[0].number("SELECT count(*) AS n FROM node_leases") == count
        })
        .await;
    }
}

/// What a gateway is told of a key.
async fn told(server: &Server, key: &str) -> u16 {
    server.system(key).get("/forward-auth").await.status
}
