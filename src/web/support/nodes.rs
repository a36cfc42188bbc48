//! Support > Servers: which of them answer, and how far each is.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use crate::db::node_leases::NodeLease;
use crate::db::{change_log, node_leases};
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::numbers::{counted, grouped};
use crate::web::respond::{is_htmx, page, part};
use crate::web::shell::{Crumb, Moment, Shell, trail};
use crate::web::staff::Staff;
use crate::web::state::State;

/// The page.
const HERE: &str = "/support/nodes";
/// Part of a lease after which a server that was not seen is called silent: it is seen at each fifth.
const SILENT: i32 = 2;
const PARTS: i32 = 5;

/// A server.
struct NodeRow {
    id: String,
    name: String,
    address: String,
    version: String,
    since: Moment,
    seen: Moment,
    /// The one that shows the page.
    is_own: bool,
    /// Colour and words of its state.
    state: (&'static str, String),
    lease: String,
    revision: String,
    lag: String,
    is_behind: bool,
    keys: String,
    questions: String,
}

#[derive(Template)]
#[template(path = "support/nodes.html", blocks = ["servers"])]
struct NodesPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    rows: Vec<NodeRow>,
    /// There may be others.
    is_shared: bool,
}

impl NodesPage {
    /// "3 servers, 1 of them silent".
    fn summary(&self) -> String {
        let servers = self.rows.len();
        let all = counted(
            i64::try_from(servers).unwrap_or(i64::MAX),
            "server",
            "servers",
        );
        let is_silent = |row: &&NodeRow| row.state.0 != ANSWERS;
        match self.rows.iter().filter(is_silent).count() {
            0 if servers == 1 => format!("{all}, which answers"),
            0 => format!("{all}, all of them answer"),
            silent => format!("{all}, {silent} of them silent"),
        }
    }
}

/// Colours of states.
const ANSWERS: &str = "active";
const IS_SILENT: &str = "disabled";
const IS_OUT: &str = "revoked";

/// `GET /support/nodes`; for htmx, which asks again and again, the table alone.
///
/// # Errors
/// `NotFound` for anybody but staff.
pub async fn index(
    request: HttpRequest,
    state: web::Data<State>,
    me: Staff,
) -> Answer<HttpResponse> {
    me.must(Right::SeeTenants)?;
    let now = me.now();
    let rows = if state.is_shared() {
        let (head, nodes) = state
            .snapshot(|conn| Ok((change_log::head(conn)?.rev, node_leases::list(conn)?)))
            .await?;
        let rows = nodes.into_iter();
        rows.map(|node| NodeRow::new(&state, node, head, now))
            .collect()
    } else {
        vec![alone(&state, now)?]
    };
    let view = NodesPage {
        crumbs: trail(("Support", "/support/tenants"), ("Servers", HERE), None),
        is_shared: state.is_shared(),
        rows,
        shell: me.shell,
    };
    if is_htmx(&request) {
        return part(StatusCode::OK, move || view.as_servers().render()).await;
    }
    page(StatusCode::OK, view).await
}

impl NodeRow {
    fn new(state: &State, node: NodeLease, head: i64, now: Timestamp) -> Self {
        let is_own = state.follower().own_id() == Some(node.node_id);
        let (tone, lease) = lease(&node, now);
        let own = || state.index().lease().left().filter(|_| is_own);
        let behind = head.saturating_sub(node.applied_rev).max(0);
        Self {
            id: node.node_id.to_string(),
            since: Moment::past(node.started_at, now),
            seen: seen(node.seen_at, now),
            is_own,
            lease: match own() {
                Some(left) => format!("{:.1} s of its lease left", left.as_secs_f64()),
                None => lease,
            },
            state: state_of(tone, node.seen_at, now),
            revision: grouped(node.applied_rev.max(0)),
            lag: lag(behind),
            is_behind: behind > 0,
            keys: grouped(node.key_count),
            questions: grouped(node.questions_per_second),
            name: node.name,
            address: node.address,
            version: node.version,
        }
    }
}

/// Recent instants to the second: that is what one looks for here.
fn seen(at: Timestamp, now: Timestamp) -> Moment {
    let moment = Moment::past(at, now);
    match (now - at).num_seconds() {
        seconds @ 2..60 => Moment {
            text: format!("{seconds} s ago"),
            ..moment
        },
        _ => moment,
    }
}

/// The one server of a file, as it knows itself.
fn alone(state: &State, now: Timestamp) -> Result<NodeRow> {
    let index = state.index();
    let behind = state.following().head.saturating_sub(index.rev()).max(0);
    Ok(NodeRow {
        id: "own".into(),
        name: state.site.server_name.clone(),
        address: state.site.server_address.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        since: Moment::past(state.started, now),
        seen: Moment::past(now, now),
        is_own: true,
        state: state_of(ANSWERS, now, now),
        lease: "Needs no lease: it is the only one".into(),
        revision: grouped(index.rev()),
        lag: lag(behind),
        is_behind: behind > 0,
        keys: grouped(i64::try_from(index.len()).map_err(Error::internal)?),
        questions: grouped(state.follower().questions_per_second()),
    })
}

/// How well a server answers, and what is to be said of its lease: it alone knows when that runs out.
fn lease(node: &NodeLease, now: Timestamp) -> (&'static str, String) {
    let silent = now - node.seen_at;
    let lease = TimeDelta::milliseconds(node.lease_ms);
    if silent >= lease {
        (IS_OUT, "Its lease has run out".into())
    } else if silent > lease * SILENT / PARTS {
        let left = (lease - silent).num_milliseconds();
        (
            IS_SILENT,
            format!("At most {} s of its lease left", (left + 999) / 1_000),
        )
    } else {
        (ANSWERS, "Renews its lease".into())
    }
}

fn state_of(tone: &'static str, seen: Timestamp, now: Timestamp) -> (&'static str, String) {
    match tone {
        ANSWERS => (tone, "Answers".into()),
        _ => (
            tone,
            format!("Silent for {} s", grouped((now - seen).num_seconds())),
        ),
    }
}

fn lag(behind: i64) -> String {
    match behind {
        0 => "Newest change".into(),
        _ => format!("{} behind", counted(behind, "change", "changes")),
    }
}
