//! Revocations of one tenant beside 24 parallel searches of another in a large request log: on SQLite, and on the
//! PostgreSQL server that `BENCH_POSTGRES` names. `SEARCHED_ROWS` is another size of the log, for trying this out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl as _};
use keystead::db::Conn;
use reqwest::header::{ACCEPT, COOKIE};

use crate::person::{Person, make_admin};
use crate::proxy::{Proxy, runtime};
use crate::records::{connect, on_postgres};
use crate::servers::{Running, Work};

const ROWS: u64 = 2_500_000;
const SEARCHES: usize = 24;
const ROUNDS: usize = 3;
/// Revocations of a round, a tenth of a second apart.
const REVOCATIONS: usize = 60;
const LIMIT: Duration = Duration::from_millis(100);
/// The keys whose secrets are told belong to 90 tenants in turn.
const TENANTS: usize = 90;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    tenant_id: String,
    #[diesel(sql_type = Text)]
    id: String,
}

pub fn run() {
    let rows = std::env::var("SEARCHED_ROWS").map_or(ROWS, |rows| rows.parse().unwrap());
    println!("\nA request log of {rows} rows, {SEARCHES} searches at once:\n");
    println!("| database | beside | searches/s | refused/s | revocation p50 ms | p99 ms |");
    println!("|---|---|---:|---:|---:|---:|");
    measure("SQLite", Work::new(), rows);
    on_postgres(|work| measure("PostgreSQL", work, rows));
}

fn measure(database: &str, work: Work, rows: u64) {
    let secrets = work.seed(50_000, usize::MAX);
    make_admin(work.keystead(), "Tenant 1");
    fill(&mut connect(work.source()), rows);
    let server = Running::keystead(&work, &[]);
    let person = Person::sign_in(server.port, "Tenant 1");
    let mut of_second: Vec<String> = secrets.into_iter().skip(1).step_by(TENANTS).collect();
    let admin = of_second.remove(0);
    let mut ids = runtime().block_on(ids_of(server.port, &of_second));
    assert!(ids.len() >= 2 * ROUNDS * REVOCATIONS);
    let mut took = [Vec::new(), Vec::new()];
    let mut searched = (0.0, 0.0);
    for _ in 0..ROUNDS {
        for (place, is_beside) in [false, true].into_iter().enumerate() {
            let stop = Arc::new(AtomicBool::new(false));
            let searches = is_beside.then(|| search(server.port, &person.cookies, &stop));
            let keys = ids.split_off(ids.len() - REVOCATIONS);
            took[place].extend(runtime().block_on(revoke(server.port, &admin, keys)));
            stop.store(true, Ordering::Relaxed);
            if let Some(searches) = searches {
                let (found, refused) = searches.join().unwrap();
                searched = (searched.0 + found, searched.1 + refused);
            }
        }
    }
    let [mut alone, mut beside] = took;
    let each = 1.0 / ROUNDS as f64;
    row(database, "nothing", (0.0, 0.0), &mut alone);
    let searched = (searched.0 * each, searched.1 * each);
    row(database, "searches", searched, &mut beside);
    println!(
        "\n{database}: p99 beside searches {:.1} ms (limit: {} ms)\n",
        millis(percentile(&mut beside, 99)),
        LIMIT.as_millis()
    );
}

fn row(database: &str, name: &str, (found, refused): (f64, f64), took: &mut [Duration]) {
    println!(
        "| {database} | {name} | {found:.1} | {refused:.1} | {:.1} | {:.1} |",
        millis(percentile(took, 50)),
        millis(percentile(took, 99))
    );
}

fn percentile(took: &mut [Duration], of: usize) -> Duration {
    took.sort();
    took[(took.len() * of / 100).min(took.len() - 1)]
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
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
        let question = format!(
            "GET /api/v1/auth/whoami HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {secret}\r\n\r\n"
        );
        let answer = proxy.ask(&question).await;
        ids.push(answer.split("\"id\":\"").nth(1).unwrap()[..36].to_owned());
    }
    ids
}

/// How long each revocation took, from the question to the answer.
async fn revoke(port: u16, secret: &str, ids: Vec<String>) -> Vec<Duration> {
    let proxy = Proxy::to(port);
    let mut took = Vec::new();
    for id in ids {
        let question = format!(
            "DELETE /api/v1/auth/api-keys/{id} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {secret}\r\n\r\n"
        );
        let begun = Instant::now();
        let answer = proxy.ask(&question).await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
        took.push(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    took
}

/// Searches that find nothing, without a pause, until told to stop; gives how many a second were answered and refused.
fn search(port: u16, cookies: &str, stop: &Arc<AtomicBool>) -> std::thread::JoinHandle<(f64, f64)> {
    let (cookies, stop) = (cookies.to_owned(), Arc::clone(stop));
    std::thread::spawn(move || {
        let begun = Instant::now();
        let counts = [AtomicU64::new(0), AtomicU64::new(0)];
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://127.0.0.1:{port}/usage/requests?path=/nowhere");
        runtime().block_on(futures_util::future::join_all((0..SEARCHES).map(
            |_| async {
                while !stop.load(Ordering::Relaxed) {
                    let request = client.get(&url).header(COOKIE, &cookies);
                    let answer = request.header(ACCEPT, "text/html").send().await.unwrap();
                    let place = match answer.status().as_u16() {
                        200 => 0,
                        429 => 1,
                        other => panic!("{other}"),
                    };
                    counts[place].fetch_add(1, Ordering::Relaxed);
                    answer.bytes().await.unwrap();
                }
            },
        )));
        let seconds = begun.elapsed().as_secs_f64();
        let [found, refused] = counts.map(|count| count.into_inner() as f64 / seconds);
        (found, refused)
    })
}
