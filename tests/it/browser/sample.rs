//! The made-up tenant of the demo, with keys in every state.

use chrono::TimeDelta;
use keystead::cli::demo::samples;
use keystead::config::secrets::Secrets;
use keystead::db;
use keystead::domain::tally::Tally;
use keystead::domain::verdict::Code;

use crate::support::{App, digest};

/// Admin of Acme Industrial.
pub const MAYA: &str = "maya@acme.example";

/// Fills a server that has no accounts yet.
pub fn fill(app: &App) {
    let secrets = Secrets::load(&app.config, false).unwrap();
    let digest = digest();
    let now = app.clock.now();
    app.db
        .write(|conn| samples::fill(conn, "ks", &secrets.peppers[0], &digest, now))
        .unwrap();
    keystead::server::control::follow(&app.config.data_dir, &app.db).unwrap();
}

/// Two and a half hours later; some systems called meanwhile, the last of them just now.
pub fn a_while_later(app: &App) {
    app.clock.advance(TimeDelta::minutes(150));
    let now = app.clock.now();
    let tenant = app.tenant("Acme Industrial");
    let used = |conn: &mut db::Conn| {
        for key in db::key_lists::all(conn, tenant)? {
            let minutes = match key.name.as_str() {
                "Production API server" => 0,
                "Grafana reporting" => 2,
                "CI/CD pipeline" => 41,
                _ => continue,
            };
            for (span, hours, valid) in [
                (db::usage::DAY, 0..1, 9_000),
                (db::usage::HOUR, 1..3, 3_600),
                (db::usage::HOUR, 0..1, 1_800),
            ] {
                for ago in hours {
                    let mut tally = Tally {
                        last_accepted: (now - TimeDelta::minutes(minutes)).timestamp_micros(),
                        ..Tally::default()
                    };
                    tally.counts.add(Code::Valid, valid);
                    tally.counts.add(Code::InsufficientScope, valid / 400);
                    let used = db::usage::Used {
                        key_id: key.id,
                        span,
                        start: now.timestamp() / span * span - ago * span,
                        tally,
                    };
                    db::usage::add(conn, &[used])?;
                }
            }
        }
        Ok(())
    };
    app.db.write(used).unwrap();
}

/// Makes every name and description as long as it may be, in letters that never break, in signs as wide as high, in
/// letters from right to left, and in pictures.
pub fn stretch(app: &App) {
    for (ids, sign) in [("0123", "W"), ("4567", "語"), ("89ab", "ش"), ("cdef", "🔑")] {
        let long = sign.repeat(200);
        let chosen = ids.chars().map(|id| format!("'{id}'")).collect::<Vec<_>>();
        for (table, column) in [
            ("api_keys", "name"),
            ("api_keys", "description"),
            ("authorization_groups", "summary"),
            ("verifiers", "name"),
            ("tenants", "name"),
            ("users", "name"),
        ] {
            app.sql(&format!(
                "UPDATE {table} SET {column} = substr({column} || ' {long}', 1, 200) \
                 WHERE substr(id, -1) IN ({}) AND {column} NOT IN ('Acme', 'Globex')",
                chosen.join(", ")
            ));
        }
    }
}
