//! A server in this process, on a port and in a directory of its own.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use keystead::actions::integrations::Target;
use keystead::actions::{credentials, disclosures, keys, settings, tenants, verifiers};
use keystead::config::Config;
use keystead::db::change_log::{Item, append};
use keystead::db::secret_checks::{self, Kind};
use keystead::db::{self, Db};
use keystead::domain::catalogue::Catalogue;
use keystead::domain::environment::Environment;
use keystead::domain::forwarded::TrustedProxies;
use keystead::domain::id::{KeyId, TenantId};
use keystead::domain::integration::Draft;
use keystead::domain::key::Input;
use keystead::domain::key_text::KeySecret;
use keystead::domain::master_key::MasterKeys;
use keystead::domain::private_hosts::PrivateHosts;
use keystead::domain::role::Steward;
use keystead::domain::second_factor::Required;
use keystead::domain::time::Clock;
use keystead::server::Application;
use keystead::server::storage::open_storage;

use super::browser_like::Person;
use super::system::{System, Token};
use super::{PASSWORD, database, direct, noon, people};

/// A running server. Its directory goes when it is dropped.
pub struct App {
    pub base: String,
    /// Where it really listens, whatever its public address is.
    pub socket: std::net::SocketAddr,
    pub config: Config,
    pub clock: Clock,
    pub db: Db,
    pub setup_link: Option<String>,
    /// Token of a verifier.
    pub verifier: String,
    handle: actix_web::dev::ServerHandle,
}

/// A key that was issued for a test, with its secret.
#[derive(Clone)]
pub struct Issued {
    pub id: String,
    pub secret: String,
}

impl Issued {
    /// `/tenant-api-keys/{id}/{rest}`.
    pub fn page(&self, rest: &str) -> String {
        format!("/tenant-api-keys/{}/{rest}", self.id)
    }

    /// The last four characters of its secret, as questions ask for them.
    pub fn last4(&self) -> &str {
        &self.secret[self.secret.len() - 4..]
    }

    /// `/api/v1/auth/api-keys/{id}`.
    pub fn resource(&self) -> String {
        format!("/api/v1/auth/api-keys/{}", self.id)
    }
}

impl App {
    /// A server with Acme and Globex, standing at noon.
    pub async fn start() -> Self {
        Self::start_with(|_| {}, true).await
    }

    /// A server on which nobody has an account yet.
    pub async fn start_empty() -> Self {
        Self::start_with(|_| {}, false).await
    }

    /// A server that believes these proxies in this header.
    pub async fn start_behind(proxies: &str, header: &str) -> Self {
        let trusted = TrustedProxies::parse(proxies, header.parse().unwrap()).unwrap();
        Self::start_with(|config| config.trusted_proxies = trusted, true).await
    }

    /// A server with settings of its own.
    pub async fn start_with(change: impl FnOnce(&mut Config), with_people: bool) -> Self {
        let mut config = config();
        change(&mut config);
        let clock = Clock::fixed(noon());
        let storage = open_storage(&config).unwrap();
        // A history of its own, as each database draws one when it is made.
        let entry = uuid::Uuid::new_v4().as_u64_pair().0.cast_signed();
        direct::sql(
            &storage.db,
            &format!("UPDATE change_head SET entry_id = {entry}"),
        );
        if with_people {
            storage.db.write(|conn| people(conn, clock.now())).unwrap();
        }
        let by = Steward::operator(clock.now());
        let (_, verifier) = storage
            .db
            .write(|conn| {
                let pepper = &storage.secrets.peppers[0];
                verifiers::create(conn, &by, "Tests", &config.brand, pepper)
            })
            .unwrap();
        let application = Application::build(&config, &clock).unwrap();
        let app = Self {
            base: application.base_url().to_owned(),
            socket: application.address(),
            setup_link: application.setup_link().map(str::to_owned),
            verifier: verifier.expose().to_owned(),
            handle: application.handle(),
            config,
            clock,
            db: storage.db,
        };
        actix_web::rt::spawn(application.run());
        app
    }

    /// The name of the cookie of a session.
    pub fn cookie(&self) -> String {
        let newest = self.master_keys().newest_key().unwrap();
        format!("__Host-keystead-{}", &newest.check_value()[..8])
    }

    /// Someone who is not signed in.
    pub fn visitor(&self) -> Person {
        Person::new(&self.base, None)
    }

    /// Someone who is not signed in, at another address of this machine.
    pub fn visitor_from(&self, address: std::net::IpAddr) -> Person {
        Person::new(&self.base, Some(address))
    }

    /// Someone who signed in with the usual password.
    pub async fn sign_in(&self, email: &str) -> Person {
        let mut person = self.visitor();
        let answer = person
            .submit(
                "/login",
                "/login",
                &[("email", email), ("password", PASSWORD), ("next", "")],
            )
            .await;
        assert_eq!(
            answer.status, 303,
            "{email} could not sign in: {}",
            answer.body
        );
        person
    }

    /// A system that holds a key.
    pub fn system(&self, key: &str) -> System {
        System::new(&self.base, Some(key), &self.token())
    }

    /// A system without a key.
    pub fn stranger(&self) -> System {
        System::new(&self.base, None, &self.token())
    }

    /// A system that may ask about keys.
    pub fn asker(&self) -> System {
        self.system(&self.verifier)
    }

    fn token(&self) -> Token {
        let token = self.verifier.clone();
        Token::new(LazyLock::new(Box::new(|| token)))
    }

    /// The id of a tenant.
    pub fn tenant(&self, name: &str) -> TenantId {
        self.db
            .read(|conn| db::tenants::find_by_name(conn, name))
            .unwrap()
            .id
    }

    /// A key with full access.
    pub fn issue(&self, tenant: &str, name: &str) -> Issued {
        self.issue_with(tenant, name, None, &[], None)
    }

    /// A key of a group, with an allowlist and an expiry some seconds away.
    pub fn issue_with(
        &self,
        tenant: &str,
        name: &str,
        group: Option<&str>,
        allowed: &[&str],
        expires_in: Option<i64>,
    ) -> Issued {
        let now = self.clock.now();
        let expires = expires_in.map(|seconds| now + chrono::TimeDelta::seconds(seconds));
        let input = Input {
            name,
            description: "",
            environment: "live",
            ip_allowlist: allowed.to_vec(),
            ip_allowlist_mode: "",
            rate_limit: None,
            owner: "The tests",
        };
        let draft = input.check(now, Ok(expires)).unwrap();
        let secrets = keystead::config::secrets::Secrets::load(&self.config, false).unwrap();
        let issuing = keys::Issuing {
            brand: "ks",
            pepper: &secrets.peppers[0],
            group,
            project: None,
            idempotency_key: None,
        };
        let by = tenants::operator(self.tenant(tenant), now);
        let issued = self
            .db
            .write(|conn| keys::issue(conn, &by, &draft, issuing))
            .unwrap();
        keystead::server::control::follow(&self.config.data_dir, &self.db).unwrap();
        match issued {
            keys::Issued::New(key, secret) => Issued {
                id: key.id.to_string(),
                secret: secret.expose().to_owned(),
            },
            keys::Issued::Replayed(_) => unreachable!("no idempotency key was given"),
        }
    }

    pub fn master_keys(&self) -> MasterKeys {
        let secrets = keystead::config::secrets::Secrets::load(&self.config, false).unwrap();
        let noted = self
            .db
            .read(|conn| secret_checks::list(conn, Kind::MasterKey));
        MasterKeys::of(&secrets.master_keys, &noted.unwrap())
    }

    /// A key whose secret may be shown again, of a tenant that then allows it.
    pub fn issue_recoverable(&self, tenant: &str, name: &str) -> Issued {
        let (id, key) = (self.tenant(tenant), self.issue(tenant, name));
        let by = tenants::operator(id, self.clock.now());
        let master_keys = self.master_keys();
        let secret = KeySecret::reopened(key.secret.clone().into()).unwrap();
        let row = self.stored(tenant, &key);
        self.db
            .write(|conn| {
                settings::allow_recoverable_keys(conn, &by, true)?;
                disclosures::keep(conn, &by, &row, &secret, &master_keys)
            })
            .unwrap();
        key
    }

    /// Keeps a third party's credential, of the organisation or of a project; gives its id.
    pub fn save_credential(
        &self,
        tenant: &str,
        project: Option<&str>,
        slug: &str,
        current: bool,
    ) -> String {
        let keys = self.master_keys();
        let by = tenants::operator(self.tenant(tenant), self.clock.now());
        let target = Target {
            slug: slug.into(),
            name: slug.into(),
            level: project.map(|id| id.parse().unwrap()).into(),
        };
        let secret = format!("{{\"api_key\":\"sk-{}\"}}", uuid::Uuid::new_v4());
        let draft = Draft {
            name: String::new(),
            environment: Environment::Live,
            expires_at: None,
            secret: secret.into(),
            last4: "0000".into(),
        };
        let saved = self
            .db
            .write(|conn| credentials::save(conn, &by, &keys, &target, &draft, current))
            .unwrap();
        keystead::server::control::follow(&self.config.data_dir, &self.db).unwrap();
        saved.id.to_string()
    }

    /// Changes rows of credentials past the product, and has every server read them anew.
    pub fn tamper_with_credentials(&self, statement: &str) {
        self.sql(statement);
        let all = self
            .db
            .read(|conn| db::integrations::list_for_index(conn, None, 1_000))
            .unwrap();
        let announce = |conn: &mut db::Conn| {
            all.iter()
                .try_for_each(|one| append(conn, Item::Integration(one.id)).map(|_| ()))
        };
        self.db.write(announce).unwrap();
        keystead::server::control::follow(&self.config.data_dir, &self.db).unwrap();
    }

    /// The actions in a key's audit log, oldest first, each as "action by name".
    pub fn audit(&self, key: &Issued) -> Vec<String> {
        self.events(&key.id)
            .iter()
            .map(|row| format!("{} by {}", row.action, row.actor_name))
            .collect()
    }

    /// The key as stored.
    pub fn stored(&self, tenant: &str, key: &Issued) -> db::keys::Key {
        let id: KeyId = key.id.parse().unwrap();
        let tenant = self.tenant(tenant);
        self.db
            .read(|conn| db::keys::find(conn, tenant, id))
            .unwrap()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        database::remove(&self.config.database);
        let _ = std::fs::remove_dir_all(&self.config.data_dir);
    }
}

/// A directory that no other test uses; its name is short, as that of a socket in it may not be long.
pub fn scratch_dir() -> PathBuf {
    let name = uuid::Uuid::new_v4().simple().to_string();
    let dir = std::env::temp_dir().join(format!("keystead-test-{}", &name[..12]));
    std::fs::DirBuilder::new().mode(0o700).create(&dir).unwrap();
    dir
}

/// Settings for a server of a test.
pub fn config() -> Config {
    let data_dir = scratch_dir();
    Config {
        node_name: Some("tests".into()),
        lease_seconds: 5,
        unix_socket: None,
        listen: "127.0.0.1:0".parse().unwrap(),
        database: database::migrated(&data_dir),
        metrics_listen: None,
        data_dir,
        public_url: None,
        trusted_proxies: TrustedProxies::default(),
        brand: "ks".into(),
        workers: 2,
        connections_per_address: 1_000,
        session_idle_minutes: 60,
        session_hours: 24,
        insecure_cookie: false,
        require_second_factor: Required::OfNobody,
        log_json: false,
        log: "info".into(),
        // Time stands still here: most tests make more changes than that.
        changes_per_second: 0,
        request_log_per_second: 8_192,
        request_log_days: 30,
        low_disk_mib: 0,
        usage_days: 400,
        audit_days: None,
        pepper_file: None,
        master_key_file: None,
        outbound_calls: false,
        outbound_private_hosts: PrivateHosts::default(),
        mail: None,
        plans: keystead::domain::plan::built_in(),
        catalogue: Catalogue::built_in().unwrap().into(),
    }
}
