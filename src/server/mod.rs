//! Puts configuration, database, index and web together, and runs them until told to stop.

pub mod connections;
pub mod control;
pub mod crowd;
pub mod data_dir;
mod first_start;
pub mod http;
pub mod jobs;
pub mod line;
mod listeners;
mod metrics;
pub mod open_files;
pub mod process;
pub mod restores;
pub mod site;
mod stop_signals;
pub mod storage;
pub mod turns;
pub mod unix_socket;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_service::IntoServiceFactory as _;
use actix_web::cookie::Key;
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, web};

use self::crowd::Crowd;
use self::data_dir::DataDir;
use self::listeners::Listeners;
use self::metrics::serve_metrics;
use self::stop_signals::StopSignals;
use self::storage::{Storage, open_storage};
use crate::actions::{plans, setup};
use crate::background::follow::{Follower, Node, set_clock};
use crate::background::stop_record::StopRecord;
use crate::background::vitals::Vitals;
use crate::config::Config;
use crate::config::secrets::{master_key_file, pepper_file};
use crate::db::{self, Db};
use crate::domain::boot_clock::BootClock;
use crate::domain::master_key::MasterKeys;
use crate::domain::time::Clock;
use crate::web::front::FrontFactory;
use crate::web::state::{Site, State};
use crate::web::{guard, routes};

/// A server that listens already but does not answer yet.
pub struct Application {
    server: Server,
    metrics: Option<Server>,
    address: SocketAddr,
    setup_link: Option<String>,
    state: web::Data<State>,
    jobs: jobs::Jobs,
    db: Db,
    stop_signals: StopSignals,
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
        let listeners = Listeners::bind(config)?;
        let address = listeners.address()?;
        let Storage {
            db, master_keys, ..
        } = open_storage(config)?;
        storage::watch_disk(config, &db);
        let clock = &clock_of(config, &db, clock)?;
        let now = clock.now();
        restores::must_be_decided(config, &db, now)?;
        take_over_plans(config, &db)?;
        let token = db.write(|conn| setup::issue_token(conn, now))?;
        let mut site = site::of(config, address);
        let follower = follower(config, &db, clock, &master_keys, &site, &held)?;
        site::warn_of_contradictions(config, &site);
        let setup_link = token.map(|token| format!("{}/setup?token={token}", site.base_url));
        // The newest at the start: replacing the master key ends every session, once each server was started anew.
        let newest = master_keys.newest_key()?;
        site.cookie_suffix = site::cookie_suffix(&site, &newest);
        let cookie_key = Key::derive_from(newest.bytes());
        let vitals = Arc::<Vitals>::default();
        let state = web::Data::new(State::new(
            site,
            clock.clone(),
            master_keys,
            Arc::clone(&config.catalogue),
            db.clone(),
            Arc::clone(&follower),
            Arc::clone(&vitals),
        ));
        let inside = state.clone();
        let front = move || {
            let routes = App::new()
                .wrap(from_fn(guard::guard))
                .configure(|app| routes::configure(app, &inside, &cookie_key));
            FrontFactory::new(routes.into_factory(), inside.clone())
        };
        let crowd = Arc::new(Crowd::new(
            Arc::clone(&state.connections),
            config.trusted_proxies.clone(),
            config.connections_per_address,
        ));
        let server = listeners.serve(config.workers, &crowd, front)?;
        let metrics = config
            .metrics_listen
            .map(|listen| serve_metrics(listen, &state))
            .transpose()?;
        // From here on there is something to be ended in order.
        let stop_signals = StopSignals::catch()?;
        let jobs = jobs::Jobs::start(&db, &follower, clock, config, &held, &vitals)?;
        Ok(Self {
            server,
            metrics,
            address,
            setup_link,
            state,
            jobs,
            db,
            stop_signals,
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
            db,
            stop_signals,
            ..
        } = self;
        let handle = server.handle();
        actix_web::rt::spawn(async move {
            let graceful = stop_signals.wait().await;
            handle.stop(graceful).await;
        });
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
        let stopped = web::block(move || {
            jobs.stop();
            db.read(db::dialect::settle)
        });
        match stopped.await {
            Ok(Ok(())) => {}
            Ok(Err(cause)) => {
                tracing::warn!(%cause, "a part of the database stays in its -wal file")
            }
            Err(_) => tracing::warn!("the last usage may not have been written"),
        }
        result
    }
}

/// The clock of this server: several that share a database go by its time.
fn clock_of(config: &Config, db: &Db, clock: &Clock) -> Result<Clock, String> {
    if config.database.file().is_some() {
        return Ok(clock.clone());
    }
    let clock = clock.shared();
    db.read(|conn| set_clock(&clock, &BootClock::default(), conn))?;
    Ok(clock)
}

/// Has the database know the plans of the configuration, and says which it no longer has.
fn take_over_plans(config: &Config, db: &Db) -> Result<(), String> {
    let lost = db.write(|conn| plans::take_over(conn, &config.plans))?;
    for plan in lost {
        tracing::warn!(
            plan,
            "tenants are on a plan that the configuration does not have any more; it counts as Standard"
        );
    }
    Ok(())
}

/// The index with all keys in it, and what keeps it and the master keys at the state of the database.
fn follower(
    config: &Config,
    db: &Db,
    clock: &Clock,
    master_keys: &MasterKeys,
    site: &Site,
    held: &DataDir,
) -> Result<Arc<Follower>, String> {
    let at_hand = config.clone();
    let read_peppers = Box::new(move || pepper_file(&at_hand).map(|file| file.peppers()));
    let at_hand = config.clone();
    let read_keys = Box::new(move || master_key_file(&at_hand).map(|file| file.master_keys()));
    let node = config.database.file().is_none().then(|| Node {
        name: site.server_name.clone(),
        address: site.server_address.clone(),
        lease: Duration::from_secs(config.lease_seconds),
        last_run: held.last_run(),
    });
    let follower = Follower::load(db, read_peppers, config.request_log_per_second, clock, node)
        .and_then(|follower| follower.with_master_keys(db, master_keys, read_keys))
        .and_then(|follower| follower.with_record(db, StopRecord::of(&config.data_dir)))?;
    let index = follower.index();
    tracing::info!(keys = index.len(), rev = index.rev(), "the index is loaded");
    Ok(Arc::new(follower))
}
