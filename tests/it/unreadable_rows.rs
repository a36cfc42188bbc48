//! A stored value that makes no sense is a failure that the log names the place of, and never "there is no such thing".

use crate::support::browser_like::Person;
use crate::support::process::{Place, Server};
use crate::support::system::{KEYS, System};
use crate::support::{ALICE, PASSWORD, direct};

/// Acme with its first key, which asks, and another one, of which something gets broken.
struct Broken {
    place: Place,
    server: Server,
    system: System,
    key: String,
}

impl Broken {
    async fn new(place: Place) -> Self {
        let place = place.with_acme();
        let admin = place.key("Asks");
        let server = place.serve();
        let (key, _) = server.issue(&admin, "ERP", "Read only", &[]).await;
        let system = server.system(&admin);
        Self {
            place,
            server,
            system,
            key,
        }
    }

    /// Breaks a stored value past the product.
    fn sql(&self, statement: &str) {
        direct::sql(&self.place.db(), statement);
    }

    /// What the database says.
    fn text(&self, query: &str) -> String {
        direct::text(&self.place.db(), query)
    }

    /// The address of the broken key.
    fn path(&self) -> String {
        format!("{KEYS}/{}", self.key)
    }

    async fn alice(&self) -> Person {
        let mut alice = self.server.visitor();
        let fields = [("email", ALICE), ("password", PASSWORD), ("next", "")];
        let answer = alice.submit("/login", "/login", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        alice
    }

    /// Fails unless asking for it is a failure, which one line of the log places.
    async fn api_fails(&self, path: &str, place: &str) {
        let answer = self.system.get(path).await;
        assert_eq!(answer.status, 500, "{path}: {}", answer.body);
        self.is_logged(place).await;
    }

    /// The same of a page.
    async fn page_fails(&self, person: &mut Person, path: &str, place: &str) {
        let answer = person.get(path).await;
        assert_eq!(answer.status, 500, "{path}: {}", answer.body);
        assert!(!answer.body.contains("can't be read"), "{}", answer.body);
        self.is_logged(place).await;
    }

    async fn is_logged(&self, place: &str) {
        direct::until(place, async || {
            let log = self.server.log();
            log.lines()
                .any(|line| line.contains("ERROR") && line.contains(place))
        })
        .await;
    }
}

#[actix_web::test]
async fn a_word_of_a_key_that_nobody_knows_is_a_failure() {
    let broken = Broken::new(Place::new()).await;
    for (column, word, right) in [
        ("environment", "prod", "live"),
        ("ip_allowlist_mode", "perhaps", "off"),
        ("ip_allowlist", "everywhere", ""),
        ("rate_limit_requests", "7", ""),
    ] {
        let set = |word: &str| {
            let key = &broken.key;
            broken.sql(&format!(
                "UPDATE api_keys SET {column} = '{word}' WHERE id = '{key}'"
            ));
        };
        set(word);
        let place = format!(
            "api_keys.{column} can't be read at the row with id {}",
            broken.key
        );
        broken.api_fails(&broken.path(), &place).await;
        // A limit that is half there stays: it is the last one.
        if column != "rate_limit_requests" {
            set(right);
        }
    }
}

#[actix_web::test]
async fn scopes_that_are_none_are_a_failure_of_the_group_and_of_its_keys() {
    let broken = Broken::new(Place::new()).await;
    let group = broken.text("SELECT id FROM authorization_groups WHERE name = 'Read only'");
    broken.sql("UPDATE authorization_groups SET scopes = 'all of it' WHERE name = 'Read only'");
    let column = "authorization_groups.scopes can't be read at the row with id";
    broken
        .api_fails(
            &format!("/api/v1/auth/authorization-groups/{group}"),
            &format!("{column} {group}"),
        )
        .await;
    let place = format!("{column} (joined to api_keys.id) {}", broken.key);
    broken.api_fails(&broken.path(), &place).await;
}

#[actix_web::test]
async fn ids_that_are_none_are_failures_of_every_page_that_reads_them() {
    let broken = Broken::new(Place::new()).await;
    let mut alice = broken.alice().await;
    let page = format!("/tenant-api-keys/{}", broken.key);

    broken.sql(&format!(
        "UPDATE audit_events SET id = 'first' WHERE object_id = '{}'",
        broken.key
    ));
    let place = "audit_events.id can't be read at the row with id first: it is no AuditId";
    broken.page_fails(&mut alice, &page, place).await;
    broken.sql(&format!(
        "DELETE FROM audit_events WHERE object_id = '{}'",
        broken.key
    ));
    assert_eq!(alice.get(&page).await.status, 200);

    broken.sql(&format!(
        "INSERT INTO request_records (id, tenant_id, key_id, at, code, method, path, scope, address, user_agent, rev, last4) \
         SELECT '019abcdef01200000000000000000001', tenant_id, 'ERP', 1795176000000000, 'VALID', '', '', '', '', '', 1, '' \
         FROM api_keys WHERE id = '{}'",
        broken.key
    ));
    let place = "request_records.key_id can't be read at the row with id 019abcdef01200000000000000000001: it is no KeyId";
    broken
        .page_fails(&mut alice, "/usage/requests", place)
        .await;
    broken.sql(&format!(
        "UPDATE request_records SET key_id = '{}', code = 'PERHAPS'",
        broken.key
    ));
    let place = "request_records.code can't be read at the row with id 019abcdef01200000000000000000001: it is no Code";
    broken
        .page_fails(&mut alice, "/usage/requests", place)
        .await;
    broken.sql("DELETE FROM request_records");

    // Nobody asked for this key: it would just be missing, or the list would not be there.
    broken.sql(&format!(
        "UPDATE api_keys SET id = 'ERP' WHERE id = '{}'",
        broken.key
    ));
    let place = "api_keys.id can't be read at the row with id ERP: it is no KeyId";
    broken
        .page_fails(&mut alice, "/tenant-api-keys", place)
        .await;
}

#[actix_web::test]
async fn a_session_of_nobody_is_a_failure() {
    let broken = Broken::new(Place::new()).await;
    let mut alice = broken.alice().await;
    let digest = broken.text("SELECT key_digest FROM sessions WHERE user_id IS NOT NULL");
    let user = broken.text("SELECT id FROM users");
    broken.sql(&format!(
        "UPDATE sessions SET state = REPLACE(state, '{user}', 'Alice') WHERE key_digest = '{digest}'"
    ));
    // Whether she is signed in can't be told: she is not sent to sign in again.
    assert_eq!(alice.get("/tenant-api-keys").await.status, 500);
    let place = format!("sessions.state can't be read at the row with id {digest}: it is no id");
    broken.is_logged(&place).await;
}

/// PostgreSQL keeps no text where an instant belongs.
#[actix_web::test]
async fn an_instant_that_is_none_is_a_failure() {
    let broken = Broken::new(Place::on_a_file()).await;
    broken.sql(&format!(
        "UPDATE api_keys SET created_at = 'yesterday' WHERE id = '{}'",
        broken.key
    ));
    let place = format!(
        "api_keys.created_at can't be read at the row with id {}",
        broken.key
    );
    broken.api_fails(&broken.path(), &place).await;
}
