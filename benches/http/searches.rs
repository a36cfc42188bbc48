//! Revocations of one tenant beside 24 parallel searches of another in a large request log: on SQLite, and on the
//! PostgreSQL server that `BENCH_POSTGRES` names. `SEARCHED_ROWS` is another size of the log, for trying this out.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl as _};
use keystead::db::Conn;
use reqwest::header::{ACCEPT, COOKIE};

use crate::api;
use crate::beside::beside_attack;
use crate::person::{Person, make_admin};
use crate::proxy::{Proxy, runtime};
use crate::records::{connect, on_postgres};
use crate::servers::{Running, TENANTS, Work};
use crate::{millis, percentile};

const ROWS: u64 = 2_500_000;
const SEARCHES: usize = 24;
const ROUNDS: usize = 3;
/// Revocations of a round, a tenth of a second apart.
const REVOCATIONS: usize = 60;
/// After which no more revocations of a round begin.
const PATIENCE: Duration = Duration::from_secs(30);
const LIMIT: Duration = Duration::from_millis(100);

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    tenant_id: String,
    #[diesel(sql_type = Text)]
    id: String,
}

pub fn run() {
    let rows = rows();
    println!("\nA request log of {rows} rows, {SEARCHES} searches at once:\n");
    println!("| database | beside | searches/s | refused/s | revocation p50 ms | p99 ms |");
    println!("|---|---|---:|---:|---:|---:|");
    measure("SQLite", Work::new(), rows);
    on_postgres(|work| measure("PostgreSQL", work, rows));
}

fn rows() -> u64 {
    std::env::var("SEARCHED_ROWS").map_or(ROWS, |rows| rows.parse().unwrap())
}

fn measure(database: &str, work: Work, rows: u64) {
    let attacked = Attacked::start(&work, rows);
    let [mut alone, mut beside] = [Round::default(), Round::default()];
    let mut ids = attacked.ids.clone();
    for _ in 0..ROUNDS {
        alone.add(attacked.revoke(&mut ids, false));
        beside.add(attacked.revoke(&mut ids, true));
    }
    assert_eq!((alone.failed, beside.failed), (0, 0));
    row(database, "nothing", &mut alone);
    row(database, "searches", &mut beside);
    println!(
        "\n{database}: p99 beside searches {:.1} ms (limit: {} ms)\n",
        millis(percentile(&mut beside.took, 99)),
        LIMIT.as_millis()
    );
}

/// Revocations of one tenant beside the searches of another: what they took, and how many were not made.
pub fn beside(work: &Work) -> (Vec<Duration>, usize) {
    let attacked = Attacked::start(work, rows());
    let Round { took, failed, .. } = attacked.revoke(&mut attacked.ids.clone(), true);
    (took, failed)
}

/// A server with a long request log of a tenant, and another tenant with keys to revoke.
struct Attacked {
    server: Running,
    cookies: String,
    admin: String,
    ids: Vec<String>,
}

impl Attacked {
    fn start(work: &Work, rows: u64) -> Self {
        let secrets = work.seed(50_000, usize::MAX);
        make_admin(work.keystead(), "Tenant 1");
        fill(&mut connect(work.source()), rows);
        let server = Running::keystead(work, &[]);
        let cookies = Person::sign_in(server.port, "Tenant 1").cookies;
        let mut of_second: Vec<String> = secrets.into_iter().skip(1).step_by(TENANTS).collect();
        let admin = of_second.remove(0);
        let ids = runtime().block_on(ids_of(server.port, &of_second));
        assert!(ids.len() >= 2 * ROUNDS * REVOCATIONS);
        Self {
            server,
            cookies,
            admin,
            ids,
        }
    }

    /// Revokes the last of some keys.
    fn revoke(&self, ids: &mut Vec<String>, is_beside: bool) -> Round {
        let port = self.server.port;
        let keys = ids.split_off(ids.len() - REVOCATIONS);
        let revocations = || runtime().block_on(revoke(port, &self.admin, keys));
        if is_beside {
            let ((took, failed), searched) =
                beside_attack(|stop| search(port, &self.cookies, stop), revocations);
            Round {
                took,
                failed,
                searched: vec![searched],
            }
        } else {
            let (took, failed) = revocations();
            Round {
                took,
                failed,
                searched: Vec::new(),
            }
        }
    }
}

#[derive(Default)]
struct Round {
    took: Vec<Duration>,
    failed: usize,
    /// Searches a second, answered and refused.
    searched: Vec<(f64, f64)>,
}

impl Round {
    fn add(&mut self, other: Self) {
        self.took.extend(other.took);
        self.failed += other.failed;
        self.searched.extend(other.searched);
    }
}

fn row(database: &str, name: &str, round: &mut Round) {
    let rounds = round.searched.len().max(1) as f64;
    let each = |of: fn(&(f64, f64)) -> f64| round.searched.iter().map(of).sum::<f64>() / rounds;
    println!(
        "| {database} | {name} | {:.1} | {:.1} | {:.1} | {:.1} |",
        each(|searched| searched.0),
        each(|searched| searched.1),
        millis(percentile(&mut round.took, 50)),
        millis(percentile(&mut round.took, 99))
    );
}

/// So many requests of one key of the first tenant, a millisecond apart, up to now.
fn fill(conn: &mut Conn, rows: u64) {
    let found: Found = diesel::sql_query(
        "SELECT api_keys.tenant_id AS tenant_id, api_keys.id AS id FROM api_keys \
         JOIN tenants ON tenants.id = api_keys.tenant_id WHERE tenants.name = 'Tenant 1' ORDER BY api_keys.id LIMIT 1",
    )
    .get_result(conn)
    .unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let at = now.as_micros();
    let millis = now.as_millis() - 60_000;
    let Found { tenant_id, id } = found;
    diesel::sql_query(format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows} - 1) \
         INSERT INTO request_records (id, tenant_id, key_id, at, code, method, path, scope, address, user_agent, rev, last4) \
         SELECT '{millis:012x}00000000' || substr(CAST(1000000000000 + n AS TEXT), 2), '{tenant_id}', '{id}', {at}, \
         'VALID', 'GET', '/v1/orders/' || CAST(n AS TEXT), '', '203.0.113.7', 'okhttp/4.12.0', 1, '' FROM numbers"
    ))
    .execute(conn)
    .unwrap();
    diesel::sql_query("ANALYZE").execute(conn).unwrap();
}

async fn ids_of(port: u16, secrets: &[String]) -> Vec<String> {
    let proxy = Proxy::to(port);
    let mut ids = Vec::new();
    for secret in secrets {
        ids.push(api::id_of(&proxy, secret).await);
    }
    ids
}

/// How long each revocation took, from the question to the answer, and how many were not made.
async fn revoke(port: u16, secret: &str, ids: Vec<String>) -> (Vec<Duration>, usize) {
    let proxy = Proxy::to(port);
    let (mut took, mut failed) = (Vec::new(), 0);
    let first = Instant::now();
    for id in ids {
        let begun = Instant::now();
        if begun - first >= PATIENCE {
            break;
        }
        let answer = proxy.ask(&api::revocation(&id, secret)).await;
        took.push(begun.elapsed());
        failed += usize::from(!answer.starts_with("HTTP/1.1 204"));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    (took, failed)
}

/// Searches that find nothing, without a pause, until told to stop; gives how many a second were answered and refused.
fn search(port: u16, cookies: &str, stop: &AtomicBool) -> (f64, f64) {
    let begun = Instant::now();
    let counts = [AtomicU64::new(0), AtomicU64::new(0)];
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://127.0.0.1:{port}/usage/requests?path=/nowhere");
    runtime().block_on(futures_util::future::join_all((0..SEARCHES).map(
        |_| async {
            while !stop.load(Ordering::Relaxed) {
                let request = client.get(&url).header(COOKIE, cookies);
                let answer = request.header(ACCEPT, "text/html").send().await.unwrap();
                let place = usize::from(answer.status() != 200);
                counts[place].fetch_add(1, Ordering::Relaxed);
                answer.bytes().await.unwrap();
            }
        },
    )));
    let seconds = begun.elapsed().as_secs_f64();
    let [found, refused] = counts.map(|count| count.into_inner() as f64 / seconds);
    (found, refused)
}
