//! What every handler can reach, and the bridge from async handlers to the blocking database.

mod writes;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use actix_web::{HttpRequest, web};

use super::change_budget::ChangeBudget;
use super::connection_counts::ConnectionCounts;
use super::digests::Digests;
use super::read_records::ReadRecords;
use super::readiness::Readiness;
use super::refusal_limiter::RefusalLimiter;
use super::searches::{Place, Searches, Seeker};
use super::unknown_tokens::UnknownTokens;
use super::viewer_zone;
use crate::background::follow::{Follower, Standing};
use crate::background::vitals::Vitals;
use crate::db::keys::Key;
use crate::db::room::{Disk, Room};
use crate::db::{Conn, Db};
use crate::domain::authority::Authority;
use crate::domain::catalogue::Catalogue;
use crate::domain::forwarded::TrustedProxies;
use crate::domain::id::TenantId;
use crate::domain::master_key::MasterKeys;
use crate::domain::second_factor::Required;
use crate::domain::time::{Clock, Timestamp};
use crate::domain::{Error, Result, password};
use crate::key_search::lists::{KeyLists, ListRequest};
use crate::key_search::page::ListPage;
use crate::outbound::Outbound;
use crate::resolve::Credentials;
use crate::verify::Index;

/// Facts about this installation that pages and answers mention.
#[derive(Debug, Clone)]
pub struct Site {
    /// Address for people and examples, without a trailing slash.
    pub base_url: String,
    /// What this server is called.
    pub server_name: String,
    /// Where it listens.
    pub server_address: String,
    /// The configured host and port; other names are refused. `None`: only IP addresses and localhost.
    pub host: Option<Authority>,
    /// True when browsers reach us by HTTPS.
    pub https: bool,
    /// The proxies that say for whom they ask.
    pub trusted_proxies: TrustedProxies,
    /// First part of new keys.
    pub brand: String,
    /// Cookies may travel over plain HTTP.
    pub insecure_cookie: bool,
    /// Behind the names of cookies, where several installations may share a host: a port keeps no cookies apart (RFC 6265
    /// section 8.5).
    pub cookie_suffix: String,
    /// Minutes of idleness that end a session.
    pub session_idle_minutes: i64,
    /// Hours that end a session in any case.
    pub session_hours: i64,
    /// Who must have a second factor.
    pub require_second_factor: Required,
    /// Changes that a tenant, and each of its keys and people, may make each second over time; 0 for any number.
    pub changes_per_second: u32,
    /// Which third parties may be called, to test a credential.
    pub outbound: Outbound,
}

impl Site {
    /// The whole name of a cookie that belongs to this installation alone.
    pub fn cookie_name(&self, name: &str) -> String {
        let prefix = if self.insecure_cookie { "" } else { "__Host-" };
        format!("{prefix}{name}{}", self.cookie_suffix)
    }
}

/// Shared by all workers.
pub struct State {
    /// Facts for pages.
    pub site: Site,
    /// The present.
    pub clock: Clock,
    /// When this server began.
    pub started: Timestamp,
    /// Who presents unknown tokens.
    pub unknown_tokens: UnknownTokens,
    /// Which refused permissions get a row in the audit log.
    pub refusal_limiter: RefusalLimiter,
    /// How many changes each tenant may still make.
    pub changes: ChangeBudget,
    /// Reads of credentials that wait to be put on record.
    pub reads: ReadRecords,
    /// Works on password digests.
    pub digests: Digests,
    /// Encrypts secrets that are needed again.
    pub master_keys: MasterKeys,
    /// The integrations that can be chosen.
    pub catalogue: Arc<Catalogue>,
    /// The tenants' keys as lists need them.
    pub key_lists: Arc<KeyLists>,
    /// Whether the database answered lately.
    pub readiness: Readiness,
    /// How many clients are connected.
    pub connections: Arc<ConnectionCounts>,
    /// Whether the threads beside the requests live.
    pub vitals: Arc<Vitals>,
    searches: Searches,
    db: Db,
    follower: Arc<Follower>,
}

impl State {
    /// Puts the parts together.
    pub fn new(
        site: Site,
        clock: Clock,
        master_keys: MasterKeys,
        catalogue: Arc<Catalogue>,
        db: Db,
        follower: Arc<Follower>,
        vitals: Arc<Vitals>,
    ) -> Self {
        Self {
            changes: ChangeBudget::new(site.changes_per_second, &clock),
            reads: ReadRecords::default(),
            site,
            started: clock.now(),
            unknown_tokens: UnknownTokens::new(&clock),
            refusal_limiter: RefusalLimiter::new(&clock),
            key_lists: Arc::default(),
            readiness: Readiness::default(),
            connections: Arc::default(),
            clock,
            master_keys,
            catalogue,
            searches: Searches::new(db.readers()),
            db,
            follower,
            digests: Digests::start(&vitals),
            vitals,
        }
    }

    /// What the handlers of this request share.
    ///
    /// # Errors
    /// `Internal` outside of the routes.
    pub fn of(request: &HttpRequest) -> Result<&web::Data<Self>> {
        request
            .app_data::<web::Data<Self>>()
            .ok_or_else(|| Error::internal("no state"))
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The instant of a moment that just was.
    pub fn at(&self, moment: Instant) -> Timestamp {
        self.clock.at(moment)
    }

    /// The index of keys.
    pub fn index(&self) -> &Index {
        self.follower.index()
    }

    /// The third parties' credentials that apply.
    pub fn credentials(&self) -> &Credentials {
        self.follower.credentials()
    }

    /// How well the index follows the database.
    pub fn following(&self) -> Standing {
        self.follower.standing()
    }

    /// True when there may be several servers on the database.
    pub fn is_shared(&self) -> bool {
        self.follower.is_shared()
    }

    /// What this server is among them.
    pub fn follower(&self) -> &Follower {
        &self.follower
    }

    /// Notes the number of the newest change, as the database told it.
    pub fn note_head(&self, rev: i64) {
        self.follower.note_head(rev);
    }

    /// True when people get mail.
    pub fn sends_mail(&self) -> bool {
        self.db.sends_mail()
    }

    /// The disk that the database is on.
    pub fn disk(&self) -> Option<&Disk> {
        self.db.disk()
    }

    /// What there is room for on that disk.
    pub fn room(&self) -> Room {
        self.db.room()
    }

    /// Connections to the database: open ones, and how many of them are idle.
    pub fn database_connections(&self) -> (u32, u32) {
        self.db.connections()
    }

    /// Runs queries that change nothing.
    ///
    /// # Errors
    /// Those of the query, or `Unavailable`.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = self.db.clone();
        block(move || db.read(query)).await
    }

    /// As [`Db::takes_changes`].
    ///
    /// # Errors
    /// As [`State::read`].
    pub async fn takes_changes(&self) -> Result<bool> {
        let db = self.db.clone();
        block(move || db.takes_changes()).await
    }

    /// Runs queries that must see one state of the database, such as totals that are folded meanwhile.
    ///
    /// # Errors
    /// As [`State::read`].
    pub async fn snapshot<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = self.db.clone();
        block(move || db.snapshot(query)).await
    }

    /// Runs queries that may look at much, on one state of the database: few of one seeker at once, and none for long.
    ///
    /// # Errors
    /// As [`State::read`]; `Excess` when too many of this seeker run already; `Busy` when they take too long.
    pub async fn search<T: Send + 'static>(
        &self,
        seeker: impl Into<Seeker>,
        query: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = self.searches.enter(seeker).await?;
        self.search_in(place, query).await
    }

    /// As [`State::search`], for the next part of an export, which has more patience.
    ///
    /// # Errors
    /// As [`State::search`].
    pub async fn search_on<T: Send + 'static>(
        &self,
        seeker: impl Into<Seeker>,
        query: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = self.searches.go_on(seeker).await?;
        self.search_in(place, query).await
    }

    /// Refuses whom too many searches run for already, before an export begins.
    ///
    /// # Errors
    /// `Excess`.
    pub async fn may_search(&self, seeker: impl Into<Seeker>) -> Result<()> {
        self.searches.enter(seeker).await.map(|_| ())
    }

    /// Whoever asked may be gone: the place is free when the database is.
    async fn search_in<T: Send + 'static>(
        &self,
        place: Place,
        query: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = self.db.clone();
        block(move || {
            let _place = place;
            db.search(query)
        })
        .await
    }

    /// A page of a tenant's keys, and what `more` reads from the same snapshot.
    ///
    /// # Errors
    /// As [`State::search`].
    pub async fn key_list<T: Send + 'static>(
        &self,
        tenant: TenantId,
        wanted: ListRequest,
        now: Timestamp,
        more: impl FnOnce(&mut Conn, ListPage, Vec<Key>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = self.searches.enter(tenant).await?;
        let (lists, db) = (Arc::clone(&self.key_lists), self.db.clone());
        block(move || {
            let _place = place;
            lists.read(&db, tenant, &wanted, now, more)
        })
        .await
    }

    /// The digest of a new password.
    ///
    /// # Errors
    /// As [`Digests::work`].
    pub async fn digest_password(&self, typed: String) -> Result<String> {
        let place = self.digests.place(None)?;
        self.digests
            .work(place, move || password::digest(&typed))
            .await
    }
}

/// Does work that waits or takes its time on a thread beside those that answer. It begins with the call, and ends although
/// nobody waits for it any more.
///
/// # Errors
/// Those of `work`; `Internal` when it panics; `Unavailable` when the server is stopping.
pub(in crate::web) fn block<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> impl Future<Output = Result<T>> {
    // A panic ends as any other failure: what it had changed is rolled back.
    let work = || {
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::internal("it panicked")))
    };
    let done = web::block(viewer_zone::carried(work));
    async move {
        done.await
            .map_err(|_| Error::Unavailable("the server is stopping".into()))?
    }
}
