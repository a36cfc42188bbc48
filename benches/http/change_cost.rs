//! What a change leaves in the database: its row in the audit log, its row in the change log, and their indexes.

use keystead::db::Conn;

use crate::proxy::{Proxy, runtime};
use crate::records::{connect, number, on_postgres};
use crate::servers::{Running, Work};

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
    let (admin, key) = (&keys[0], &keys[90]);
    let mut conn = connect(work.source());
    let list: Vec<String> = (0..1_000)
        .map(|n| format!("\"10.0.{}.{}\"", n / 250, n % 250))
        .collect();
    let other: Vec<String> = (0..1_000)
        .map(|n| format!("\"10.1.{}.{}\"", n / 250, n % 250))
        .collect();
    let lists = [&list, &other].map(|list| format!("{{\"ip_allowlist\":[{}]}}", list.join(",")));
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
    let about =
        format!("GET /api/v1/auth/whoami HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n\r\n");
    let about = proxy.ask(&about).await;
    let id = &about.split("\"id\":\"").nth(1).unwrap()[..36];
    for n in 0..count {
        let body = body(n);
        let length = body.len();
        let question = format!(
            "PATCH /api/v1/auth/api-keys/{id} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {admin}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        let answer = proxy.ask(&question).await;
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
