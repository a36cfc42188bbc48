//! What a change leaves in the database: its row in the audit log, its row in the change log, and their indexes.

use keystead::db::Conn;

use crate::api;
use crate::proxy::{Proxy, runtime};
use crate::records::{connect, number, on_postgres};
use crate::servers::{Running, TENANTS, Work};

const CHANGES: i64 = 2_000;

pub fn run() {
    println!("\n| database | a change | audit log, bytes | change log, bytes |");
    println!("|---|---|---:|---:|");
    measure("SQLite", Work::new());
    on_postgres(|work| measure("PostgreSQL", work));
}

fn measure(database: &str, work: Work) {
    let keys = work.seed(1_000, usize::MAX);
    let server = Running::keystead(&work, &[]);
    // Keys of the same tenant: one changes the other.
    let (admin, key) = (&keys[0], &keys[TENANTS]);
    let mut conn = connect(work.source());
    let lists = [0, 1].map(|second| api::allowlist(second, 1_000));
    for (name, changes) in [
        ("another description", CHANGES),
        ("1,000 other addresses", 200),
    ] {
        let before = sizes(&mut conn);
        let body = |n: i64| match name {
            "another description" => format!("{{\"description\":\"Change {n}\"}}"),
            _ => lists[usize::from(n % 2 == 0)].clone(),
        };
        runtime().block_on(change(server.port, admin, key, changes, body));
        let after = sizes(&mut conn);
        let each = |place: usize| (after[place] - before[place]) / changes;
        println!("| {database} | {name} | {} | {} |", each(0), each(1));
    }
}

async fn change(port: u16, admin: &str, key: &str, count: i64, body: impl Fn(i64) -> String) {
    let proxy = Proxy::to(port);
    let id = api::id_of(&proxy, key).await;
    for n in 0..count {
        let answer = proxy.ask(&api::change(&id, admin, &body(n))).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

/// Bytes of the two logs with their indexes; the change log with the long lists beside it.
fn sizes(conn: &mut Conn) -> [i64; 2] {
    let of = |conn: &mut Conn, table: &str| {
        let query = match conn {
            Conn::Postgres(_) => format!("SELECT pg_total_relation_size('{table}') AS n"),
            Conn::Sqlite(_) => format!(
                "SELECT SUM(pgsize) AS n FROM dbstat JOIN sqlite_schema AS s ON s.name = dbstat.name \
                 WHERE s.tbl_name = '{table}'"
            ),
        };
        number(conn, &query)
    };
    let lists = of(conn, "kept_allowlists");
    [of(conn, "audit_events"), of(conn, "change_log") + lists]
}
