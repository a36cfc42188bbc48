//! What no route can do yet, done in the database itself: limits, switched-off keys, suspended tenants, lost accounts.

use std::sync::mpsc::TryRecvError;

use diesel::{QueryableByName, RunQueryDsl};
use keystead::db::change_log::{Item, append};
use keystead::db::projects::Project;
use keystead::db::{self, Conn, Db};
use keystead::domain::id::{ProjectId, TenantId};
use keystead::domain::plan::ENTERPRISE;
use keystead::domain::rollout::{Feature, Switch};

use super::app::{App, Issued};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// Runs one statement.
pub fn sql(db: &Db, statement: &str) {
    db.write(|conn| Ok(diesel::sql_query(statement).execute(conn).unwrap()))
        .unwrap();
}

/// The text that a statement gives.
pub fn text(db: &Db, statement: &str) -> String {
    use diesel::sql_types::Text;
    db.read(|conn| {
        let query = diesel::dsl::sql::<Text>(statement);
        Ok(query.get_result::<String>(conn).unwrap())
    })
    .unwrap()
}

/// The user to whom a file belongs.
pub fn owner_of(path: &std::path::Path) -> u32 {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(path).unwrap())
}

/// The number that `SELECT count(*) AS n …` gives.
pub fn number(db: &Db, query: &str) -> i64 {
    db.read(|conn| {
        Ok(diesel::sql_query(query)
            .get_result::<Count>(conn)
            .unwrap()
            .n)
    })
    .unwrap()
}

/// Switches integrations on for a tenant, whatever its plan is.
pub fn switch_integrations_alone(db: &Db, tenant: TenantId) {
    let feature = Feature::Integrations;
    db.write(|conn| {
        append(conn, Item::Rollout(feature))?;
        db::feature_switches::set(conn, tenant, feature, Some(Switch::On))
    })
    .unwrap();
}

/// Puts a tenant on the Enterprise plan, and switches integrations for it.
pub fn switch_integrations(db: &Db, tenant: TenantId, switch: Switch) {
    let feature = Feature::Integrations;
    let give = |conn: &mut db::Conn| {
        append(conn, Item::Rollout(feature))?;
        db::tenants::set_plan(conn, tenant, ENTERPRISE)?;
        db::feature_switches::set(conn, tenant, feature, Some(switch))
    };
    db.write(give).unwrap();
}

/// Keeps everybody from changing anything, as a slow disk would, until it ends.
pub struct Held {
    end: std::sync::mpsc::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Held {
    /// Holds the lock that every change takes.
    pub fn by(db: Db) -> Self {
        let (end, until) = std::sync::mpsc::channel();
        let (is_held, held) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            db.write(|conn| {
                keystead::db::change_log::hold(conn)?;
                is_held.send(()).unwrap();
                match conn {
                    // Never silent: a server that is would lose the lock.
                    Conn::Postgres(postgres) => {
                        while until.try_recv() == Err(TryRecvError::Empty) {
                            let at_work = diesel::sql_query("SELECT pg_sleep(0.02)");
                            at_work.execute(postgres).unwrap();
                        }
                    }
                    Conn::Sqlite(_) => until.recv().unwrap(),
                }
                Ok(())
            })
            .unwrap();
        });
        held.recv().unwrap();
        Self { end, thread }
    }

    pub fn end(self) {
        self.end.send(()).unwrap();
        self.thread.join().unwrap();
    }
}

impl App {
    /// Holds the lock that every change takes.
    pub fn hold_changes(&self) -> Held {
        Held::by(self.db.clone())
    }

    /// Runs one statement.
    pub fn sql(&self, statement: &str) {
        sql(&self.db, statement);
    }

    /// The number that `SELECT count(*) AS n …` gives.
    pub fn number(&self, query: &str) -> i64 {
        number(&self.db, query)
    }

    /// The number of the newest change.
    pub fn revision(&self) -> i64 {
        self.number("SELECT rev AS n FROM change_head")
    }

    /// The id of a person.
    pub fn person(&self, email: &str) -> String {
        let query = format!("SELECT id AS t FROM users WHERE email = '{email}'");
        text(&self.db, &query)
    }

    /// Rows of a table.
    pub fn rows(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) AS n FROM {table}"))
    }

    /// Rows of the audit log, but for refused permissions: those change nothing.
    pub fn audit_rows(&self) -> i64 {
        self.number("SELECT count(*) AS n FROM audit_events WHERE action <> 'permission.refused'")
    }

    /// Changes columns of a key, and has the index follow.
    pub fn alter_key(&self, key: &Issued, set: &str) {
        self.sql(&format!(
            "UPDATE api_keys SET {set} WHERE id = '{}'",
            key.id
        ));
        self.touch(key);
    }

    /// Suspends a tenant.
    pub fn suspend(&self, tenant: &str, key: &Issued) {
        self.sql(&format!(
            "UPDATE tenants SET suspended_at = '2026-11-20 11:00:00' WHERE name = '{tenant}'"
        ));
        self.touch(key);
    }

    /// How many keys a tenant may have.
    pub fn set_limit(&self, tenant: &str, limit: i64) {
        self.sql(&format!(
            "UPDATE tenants SET key_limit = {limit} WHERE name = '{tenant}'"
        ));
    }

    /// Gives a tenant a plan.
    pub fn set_plan(&self, tenant: &str, plan: &str) {
        self.sql(&format!(
            "UPDATE tenants SET plan = '{plan}' WHERE name = '{tenant}'"
        ));
    }

    /// The percentage above which a tenant has integrations.
    pub fn place_in_rollout(&self, tenant: &str) -> i64 {
        let feature = keystead::domain::rollout::Feature::Integrations;
        keystead::domain::rollout::bucket(feature, self.tenant(tenant))
    }

    /// Has a tenant store a credential that nobody can open.
    pub fn store_credential(&self, tenant: &str) {
        let [id, credential] = [(); 2].map(|()| uuid::Uuid::now_v7());
        let tenant = self.tenant(tenant);
        self.sql(&format!(
            "INSERT INTO integrations (id, tenant_id, slug, versions) VALUES ('{id}', '{tenant}', 'stripe', 1)"
        ));
        self.sql(&format!(
            "INSERT INTO integration_credentials (id, tenant_id, integration_id, environment, version, name, last4, \
             created_by, created_at, sealing_version, master_key_version, key_nonce, sealed_key, nonce, ciphertext) \
             VALUES ('{credential}', '{tenant}', '{id}', 'live', 1, 'Payments', 'abcd', 'alice@acme.test', \
             '2026-11-20 11:00:00', 1, 1, '', '', '', '')"
        ));
    }

    /// Makes an authorization group.
    pub fn add_group(&self, tenant: &str, name: &str, scopes: &str) {
        let (id, tenant) = (uuid::Uuid::now_v7(), self.tenant(tenant));
        self.sql(&format!(
            "INSERT INTO authorization_groups (id, tenant_id, name, summary, scopes, built_in, created_at) \
             VALUES ('{id}', '{tenant}', '{name}', '', '{scopes}', FALSE, '2026-11-20 11:00:00')"
        ));
    }

    /// The id of an authorization group.
    pub fn group(&self, tenant: &str, name: &str) -> String {
        let tenant = self.tenant(tenant);
        let found = self
            .db
            .read(|conn| db::groups::find(conn, tenant, name, "group"));
        found.unwrap().id.to_string()
    }

    /// Makes a project; gives its id.
    pub fn add_project(&self, tenant: &str, name: &str) -> String {
        let project = Project {
            id: ProjectId::new(),
            tenant_id: self.tenant(tenant),
            name: name.into(),
            description: String::new(),
            created_at: self.clock.now(),
            archived_at: None,
        };
        let id = project.id;
        let add = move |conn: &mut db::Conn| {
            append(conn, Item::Project(id))?;
            db::projects::insert(conn, project)
        };
        self.db.write(add).unwrap();
        keystead::server::control::follow(&self.config.data_dir, &self.db).unwrap();
        id.to_string()
    }

    /// Puts a tenant on the Enterprise plan, and switches integrations on for it.
    pub fn give_integrations(&self, tenant: &str) {
        self.switch_integrations(tenant, Switch::On);
    }

    /// Puts a tenant on the Enterprise plan, and switches integrations for it.
    pub fn switch_integrations(&self, tenant: &str, switch: Switch) {
        switch_integrations(&self.db, self.tenant(tenant), switch);
        keystead::server::control::follow(&self.config.data_dir, &self.db).unwrap();
    }

    /// The audit rows about an object, oldest first, but for refused permissions.
    pub fn events(&self, object: &str) -> Vec<db::audit::AuditEvent> {
        let mut rows = self
            .db
            .read(|conn| db::audit::list_of_object(conn, object))
            .unwrap();
        rows.retain(|row| row.action != "permission.refused");
        rows
    }

    fn touch(&self, key: &Issued) {
        self.db
            .write(|conn| append(conn, Item::Key(key.id.parse()?)))
            .unwrap();
        keystead::server::control::follow(&self.config.data_dir, &self.db).unwrap();
    }
}

/// Asks again until it holds; stops after twenty seconds.
pub async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !holds().await {
        assert!(
            std::time::Instant::now() < deadline,
            "never came true: {what}"
        );
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
