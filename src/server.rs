//! Puts configuration, database, index and web together, and runs them until told to stop.

pub mod connections;
pub mod control;
pub mod data_dir;
pub mod http;
pub mod jobs;
pub mod unix_socket;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service};
use actix_web::cookie::Key;
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};

use crate::actions::setup;
use crate::background::follow::Follower;
use crate::config::Config;
use crate::config::secrets::{Secrets, master_key_path, pepper_file};
use crate::db::{self, Db};
use crate::domain::Error;
use crate::domain::sealing::SealingKey;
use crate::domain::time::Clock;
use crate::web::front::FrontFactory;
use crate::web::state::{Site, State};
use crate::web::{guard, metrics, routes};
use data_dir::DataDir;

/// Name under which the database notes the check value of its master key.
const MASTER_KEY: &str = "master key";

/// A database that is migrated and fits its secrets.
pub struct Storage {
    /// The database.
    pub db: Db,
    /// Pepper and master key.
    pub secrets: Secrets,
}

/// Opens the database and the secrets, making both at the very first start.
///
/// # Errors
/// One line that says what is wrong and where, never a secret.
pub fn open_storage(config: &Config) -> Result<Storage, String> {
    data_dir::create(&config.data_dir)?;
    // Two first commands at once would each make secrets and tables; the second waits here for the first.
    let _first = data_dir::wait_for_setup(&config.data_dir)?;
    let db = connect(config)?;
    // Under the lock of the migrations: of several servers that meet an empty database, one notes its secrets there.
    let secrets = db
        .read(|conn| db::migrate::run(conn, || Ok(open_secrets(config, &db))))
        .map_err(text)??;
    Ok(Storage { db, secrets })
}

/// Opens the database alone and brings its tables up to date.
///
/// # Errors
/// As [`open_storage`].
pub fn open_database(config: &Config) -> Result<Db, String> {
    let db = connect(config)?;
    db.read(|conn| db::migrate::run(conn, || Ok(())))
        .map_err(text)?;
    Ok(db)
}

fn connect(config: &Config) -> Result<Db, String> {
    if let Some(file) = config.database.file() {
        data_dir::create_private(file)?;
    }
    let connections = u32::try_from(config.workers * 2 + 4).unwrap_or(8);
    let db = Db::open(config.database.clone(), connections).map_err(text)?;
    db.read(db::dialect::check_durability).map_err(text)?;
    Ok(db)
}

/// Reads the secrets and holds them against what the database notes of them; notes them in a new one.
fn open_secrets(config: &Config, db: &Db) -> Result<Secrets, String> {
    let mut noted = db.read(db::peppers::list_noted).map_err(text)?;
    let mut secrets = Secrets::load(config, noted.is_empty())?;
    if noted.is_empty() {
        db.write(|conn| {
            let mut peppers = secrets.peppers.iter();
            peppers.try_for_each(|pepper| db::peppers::note(conn, pepper))
        })
        .map_err(text)?;
        noted = db.read(db::peppers::list_noted).map_err(text)?;
    }
    secrets.keep_noted(config, &noted)?;
    let check = secrets.master_key_check();
    let known = db
        .read(|conn| db::secret_checks::find(conn, MASTER_KEY))
        .map_err(text)?;
    match known {
        Some(known) if known != check => {
            return Err(format!(
                "the master key in {} is not the one that this database was made with; restore it from your backup",
                master_key_path(config).display()
            ));
        }
        Some(_) => {}
        None => db
            .write(|conn| db::secret_checks::insert(conn, MASTER_KEY, &check))
            .map_err(text)?,
    }
    Ok(secrets)
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "it is handed to map_err as it is"
)]
fn text(error: Error) -> String {
    error.to_string()
}

/// A server that listens already but does not answer yet.
pub struct Application {
    server: Server,
    metrics: Option<Server>,
    address: SocketAddr,
    setup_link: Option<String>,
    state: web::Data<State>,
    jobs: jobs::Jobs,
    _data_dir: DataDir,
}

impl Application {
    /// Opens everything and binds the port.
    ///
    /// # Errors
    /// One line for the operator.
    pub fn build(config: &Config, clock: &Clock) -> Result<Self, String> {
        data_dir::create(&config.data_dir)?;
        let held = DataDir::hold(&config.data_dir, &config.database)?;
        // First, so that a port in use is found out before anything is changed.
        let listener = TcpListener::bind(config.listen)
            .map_err(|cause| format!("can't listen on {}: {cause}", config.listen))?;
        let unix_listener = config
            .unix_socket
            .as_deref()
            .map(unix_socket::listen)
            .transpose()?;
        let Storage { db, secrets } = open_storage(config)?;
        let now = clock.now();
        let token = db
            .write(|conn| setup::issue_token(conn, now))
            .map_err(text)?;
        let at_hand = config.clone();
        let read_peppers = Box::new(move || pepper_file(&at_hand).map(|file| file.peppers()));
        let per_second = config.request_log_per_second;
        let follower = Follower::load(&db, read_peppers, per_second, clock).map_err(text)?;
        let follower = Arc::new(follower);
        tracing::info!(
            keys = follower.index().len(),
            rev = follower.index().rev(),
            "the index is loaded"
        );

        let address = listener.local_addr().map_err(|cause| cause.to_string())?;
        let site = site(config, address);
        if site.https && site.trusted_proxies.is_empty() {
            // Keystead speaks no TLS itself, so somebody stands in front.
            tracing::warn!(
                "public_url is https, but trusted_proxies is empty: every client will look like the proxy"
            );
        }
        match (&config.unix_socket, site.trusted_proxies.trusts_peer(None)) {
            (Some(_), false) => tracing::warn!(
                "unix_socket is set, but trusted_proxies does not name \"unix\": no client behind the socket will have an address"
            ),
            (None, true) => {
                tracing::warn!("trusted_proxies names \"unix\", but unix_socket is not set")
            }
            _ => {}
        }
        let setup_link = token.map(|token| format!("{}/setup?token={token}", site.base_url));
        let state = web::Data::new(State::new(
            site,
            clock.clone(),
            SealingKey::derive(&secrets.master_key),
            db.clone(),
            Arc::clone(&follower),
        ));
        let cookie_key = Key::derive_from(&*secrets.master_key);
        let inside = state.clone();
        let front = move || {
            let routes = App::new()
                .wrap(from_fn(guard::guard))
                .configure(|app| routes::configure(app, &inside, &cookie_key));
            FrontFactory::new(routes.into_factory(), inside.clone())
        };
        let builder = Server::build().workers(config.workers).shutdown_timeout(10);
        let signal = builder.graceful_shutdown_signal();
        let stopping = move || {
            let signal = signal.clone();
            async move { signal.notified().await }
        };
        let (unix_front, unix_stopping) = (front.clone(), stopping.clone());
        let builder = builder
            .listen("tcp", listener, move || {
                fn_service(http::tcp).and_then(http::over(front(), stopping()))
            })
            .map_err(|cause| format!("can't listen on {address}: {cause}"))?;
        let builder = match unix_listener {
            None => builder,
            Some(listener) => builder
                .listen_uds("unix", listener, move || {
                    fn_service(http::unix).and_then(http::over(unix_front(), unix_stopping()))
                })
                .map_err(|cause| format!("can't listen on the Unix socket: {cause}"))?,
        };
        let server = builder.run();
        let metrics = config
            .metrics_listen
            .map(|listen| serve_metrics(listen, &state))
            .transpose()?;
        let jobs = jobs::Jobs::start(&db, &follower, clock, config, &held)?;
        Ok(Self {
            server,
            metrics,
            address,
            setup_link,
            state,
            jobs,
            _data_dir: held,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The one-time link, when nobody has an account yet.
    pub fn setup_link(&self) -> Option<&str> {
        self.setup_link.as_deref()
    }

    /// The address for people.
    pub fn base_url(&self) -> &str {
        &self.state.site.base_url
    }

    /// A handle that stops the server from outside.
    pub fn handle(&self) -> actix_web::dev::ServerHandle {
        self.server.handle()
    }

    /// Answers until SIGTERM or SIGINT; then finishes what is under way and writes the last usage.
    ///
    /// # Errors
    /// One line when the server itself fails.
    pub async fn run(self) -> Result<(), String> {
        let Self {
            server,
            metrics,
            jobs,
            ..
        } = self;
        let metrics = metrics.map(|metrics| {
            let handle = metrics.handle();
            actix_web::rt::spawn(metrics);
            handle
        });
        let result = server
            .await
            .map_err(|cause| format!("the server stopped: {cause}"));
        if let Some(metrics) = metrics {
            metrics.stop(false).await;
        }
        let stopped = web::block(move || jobs.stop()).await;
        if stopped.is_err() {
            tracing::warn!("the last usage may not have been written");
        }
        result
    }
}

/// Metrics have a listener of their own, so that a proxy in front of the other one can't publish them by mistake.
fn serve_metrics(listen: SocketAddr, state: &web::Data<State>) -> Result<Server, String> {
    let state = state.clone();
    let server =
        HttpServer::new(move || App::new().configure(|app| metrics::configure(app, &state)))
            .workers(1)
            .disable_signals()
            .bind(listen)
            .map_err(|cause| format!("can't listen on {listen} for metrics: {cause}"))?;
    for address in server.addrs() {
        tracing::info!(%address, "metrics are served at /metrics");
    }
    Ok(server.run())
}

fn site(config: &Config, address: SocketAddr) -> Site {
    let shown = if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    };
    let base_url = config
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{shown}"));
    Site {
        https: base_url.starts_with("https://"),
        host: config
            .public_url
            .as_deref()
            .and_then(|url| url.split("://").nth(1))
            .map(str::to_owned),
        base_url,
        trusted_proxies: config.trusted_proxies.clone(),
        brand: config.brand.clone(),
        insecure_cookie: config.insecure_cookie,
        session_idle_minutes: config.session_idle_minutes,
        session_hours: config.session_hours,
    }
}
