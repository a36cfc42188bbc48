//! `keystead restore`: keys that were stopped after a copy of the database was made, and the copy in its place.

mod decisions;
mod links;
mod records;
mod servers;

use std::fs;

use super::restored::{served, told};
use crate::support::backup::{Backup, beside};
use crate::support::direct;
use crate::support::process::{Place, Server};
use crate::support::system::KEYS;

/// A place with a server, and keys of Acme by their names.
struct Acme {
    place: Place,
    admin: String,
    server: Server,
    keys: Vec<(String, String)>,
}

impl Acme {
    async fn with<const N: usize>(names: [&str; N]) -> Self {
        let (place, server, admin, keys) = served(names).await;
        Self {
            place,
            admin,
            server,
            keys,
        }
    }

    /// A copy of the database as it is now.
    async fn copy(&self) -> Backup {
        let backup = Backup::of(self.place.source());
        self.until_ready().await;
        backup
    }

    async fn until_ready(&self) {
        direct::until("the server is ready", async || {
            self.server.stranger().get("/readyz").await.status == 200
                && told(&self.server, &self.admin).await == 200
        })
        .await;
    }

    async fn until_undecided(&self) {
        direct::until("the server says why it answers nothing", async || {
            let answer = self.server.stranger().get("/readyz").await;
            answer.status == 503 && answer.body.contains("keystead restore")
        })
        .await;
    }

    async fn revoke(&self, key: usize) {
        let path = format!("{KEYS}/{}", self.keys[key].0);
        let answer = self.server.system(&self.admin).delete(&path).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
    }

    async fn disable(&self, key: usize) {
        self.switch(key, "disable").await;
    }

    async fn switch(&self, key: usize, verb: &str) {
        let path = format!("{KEYS}/{}/{verb}", self.keys[key].0);
        let admin = self.server.system(&self.admin);
        let answer = admin.post(&path, serde_json::json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    async fn told(&self, key: usize) -> u16 {
        told(&self.server, &self.keys[key].1).await
    }

    /// Ends the server as a power failure does, and puts a copy where its database was.
    fn crash_and_put_back(&mut self, backup: Backup) {
        self.server.crash();
        if let Some(file) = self.place.source().file() {
            // As the manual says: what is left of the other one is none of this one's.
            for ending in ["-wal", "-shm"] {
                let _ = fs::remove_file(beside(file, ending));
            }
        }
        backup.put_in_place();
    }

    /// The keys that the command lists, and what it says happened to each, sorted by the key.
    fn listed(&self) -> Vec<(String, String)> {
        listed(&self.place.run(&["restore"], "").done().out)
    }

    fn id(&self, key: usize) -> String {
        self.keys[key].0.clone()
    }

    /// Starts it anew.
    fn start_again(&mut self) {
        self.server = self.place.serve();
    }

    fn start_is_refused(&self) -> String {
        let outcome = self.place.run(&["serve"], "");
        outcome.refusal().to_owned()
    }
}

fn listed(out: &str) -> Vec<(String, String)> {
    let lines = out.lines().filter(|line| line.starts_with("key\t"));
    let mut keys: Vec<(String, String)> = lines
        .map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            (parts[3].to_owned(), parts[5].to_owned())
        })
        .collect();
    keys.sort();
    keys
}

fn sorted<const N: usize>(mut keys: [(String, &str); N]) -> Vec<(String, String)> {
    keys.sort();
    let keys = keys.into_iter();
    keys.map(|(id, word)| (id, word.to_owned())).collect()
}
