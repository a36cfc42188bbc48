//! `/metrics` for Prometheus (OpenMetrics 1.0), on a listener of its own that is not for the public.

use std::fmt;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::connection_counts::Cause;
use super::failure::Answer;
use super::state::State;
use crate::domain::Error;
use crate::domain::verdict::Code;
use crate::telemetry;
use crate::verify::metrics::BOUNDS;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The one route of the metrics listener.
pub fn configure(app: &mut web::ServiceConfig, state: &web::Data<State>) {
    app.app_data(state.clone())
        .route("/metrics", web::get().to(show));
}

/// `GET /metrics`: nothing in it names a tenant or a key.
///
/// # Errors
/// `Internal` when it can't be written.
async fn show(state: web::Data<State>) -> Answer<HttpResponse> {
    let mut registry = Registry::with_prefix("keystead");
    registry.register_collector(Box::new(Readings(state)));
    let mut text = String::new();
    encode(&mut text, &registry).map_err(Error::internal)?;
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(text))
}

/// Reads everything at the moment of asking.
struct Readings(web::Data<State>);

impl fmt::Debug for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Readings")
    }
}

impl Collector for Readings {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        to.encode_descriptor("build", "The version that runs", None, MetricType::Info)?
            .encode_info(&version)?;
        self.verification(&mut to)?;
        self.request_log(&mut to)?;
        self.key_lists(&mut to)?;
        let help =
            "Times that a system did not get an integration credential, since it can't be opened";
        to.encode_descriptor("credentials_damaged", help, None, MetricType::Counter)?
            .encode_counter::<NoLabelSet, _, u64>(&self.0.credentials().damage().times(), None)?;
        self.connections(&mut to)?;
        self.faults(&mut to)?;
        self.database(&mut to)
    }
}

impl Readings {
    fn verification(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let index = self.0.index();
        let help = "Decisions about presented keys by verdict";
        let mut verdicts = to.encode_descriptor("verdicts", help, None, MetricType::Counter)?;
        for code in Code::ALL {
            let labels = [("code", code.as_str())];
            let mut one = verdicts.encode_family(&labels)?;
            one.encode_counter::<NoLabelSet, _, u64>(&index.metrics().decisions(code), None)?;
        }
        let latency = index.metrics().latency();
        let seconds = BOUNDS
            .iter()
            .map(|&micros| Duration::from_micros(micros).as_secs_f64());
        let buckets: Vec<(f64, u64)> = seconds
            .chain([f64::INFINITY])
            .zip(latency.spans.iter().copied())
            .collect();
        let help = "Time to answer verifiers and gateways, from the request's head to the answer";
        to.encode_descriptor("verification_seconds", help, None, MetricType::Histogram)?
            .encode_histogram::<NoLabelSet>(
                Duration::from_micros(latency.sum_micros).as_secs_f64(),
                latency.spans.iter().sum(),
                &buckets,
                None,
            )?;
        let keys = i64::try_from(index.len()).unwrap_or(i64::MAX);
        gauge(to, "index_keys", "Keys held in memory", keys)?;
        let help = "The revision up to which changes are applied";
        gauge(to, "index_revision", help, index.rev())?;
        let help = "1 while this server can be sure; 0: it answers 503";
        gauge(to, "index_certain", help, i64::from(index.is_certain()))?;
        let following = self.0.following();
        let help =
            "The newest change that was seen in the database; index_revision should be the same";
        gauge(to, "change_log_revision", help, following.head)?;
        let help = "Seconds since the change log was last looked at with success; above 3 this server is not ready";
        to.encode_descriptor("follow_age_seconds", help, None, MetricType::Gauge)?
            .encode_gauge(&following.age.as_secs_f64())?;
        self.lease(to)
    }

    /// Of one of several servers; the only one of a file has no lease.
    fn lease(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let index = self.0.index();
        let Some(left) = index.lease().left() else {
            return Ok(());
        };
        let help = "Servers on this database, this one among them";
        gauge(to, "servers", help, i64::from(index.servers().get()))?;
        let help = "Seconds for which this server may answer without hearing from PostgreSQL; 0: it answers 503";
        to.encode_descriptor("lease_left_seconds", help, None, MetricType::Gauge)?
            .encode_gauge(&left.as_secs_f64())
    }

    fn request_log(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let Some(ring) = self.0.index().usage().ring() else {
            return Ok(());
        };
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let help = "Single requests that wait to be written";
        gauge(to, "request_log_waiting", help, number(ring.depth()))?;
        let help = "Most single requests that may wait";
        gauge(to, "request_log_capacity", help, number(ring.capacity()))?;
        let help = "Requests that were not recorded singly, because too many waited";
        to.encode_descriptor("request_log_dropped", help, None, MetricType::Counter)?
            .encode_counter::<NoLabelSet, _, u64>(&ring.dropped(), None)
    }

    fn key_lists(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let (tenants, bytes) = self.0.key_lists.held();
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let help = "Tenants whose lists of keys are in memory";
        gauge(to, "key_lists", help, number(tenants))?;
        let help = "Memory that these lists take";
        gauge(to, "key_lists_bytes", help, number(bytes))
    }

    fn connections(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let counts = &self.0.connections;
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        gauge(
            to,
            "connections",
            "Connections of clients",
            number(counts.open()),
        )?;
        let help = "Most connections of clients that there may be, by the limit of open files";
        gauge(to, "connections_capacity", help, number(counts.most()))?;
        let help = "Connections that the server ended or refused, by reason";
        let mut ended =
            to.encode_descriptor("connections_ended", help, None, MetricType::Counter)?;
        for cause in Cause::ALL {
            let labels = [("reason", cause.as_str())];
            let mut one = ended.encode_family(&labels)?;
            one.encode_counter::<NoLabelSet, _, u64>(&counts.ended(cause), None)?;
        }
        Ok(())
    }

    fn faults(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help =
            "Lines of the log that could not be written: nobody read them, or the disk was full";
        to.encode_descriptor("log_lines_lost", help, None, MetricType::Counter)?
            .encode_counter::<NoLabelSet, _, u64>(&telemetry::lost_lines(), None)?;
        let help = "Panics of jobs beside the requests, each of which was started again";
        to.encode_descriptor("job_panics", help, None, MetricType::Counter)?
            .encode_counter::<NoLabelSet, _, u64>(&self.0.vitals.panics(), None)
    }

    fn database(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let (open, idle) = self.0.database_connections();
        let help = "Connections to the database";
        let mut family =
            to.encode_descriptor("database_connections", help, None, MetricType::Gauge)?;
        for (state, count) in [("busy", open.saturating_sub(idle)), ("idle", idle)] {
            let labels = [("state", state)];
            let mut one = family.encode_family(&labels)?;
            one.encode_gauge(&i64::from(count))?;
        }
        let Some(disk) = self.0.disk() else {
            return Ok(());
        };
        let help = "0 with room on the disk; 1: nothing is only noted; 2: keys can only be stopped";
        gauge(to, "disk_low", help, disk.room() as i64)?;
        let free = disk
            .free()
            .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        let help =
            "Bytes that are free where the database is, or the data directory beside PostgreSQL";
        free.map_or(Ok(()), |free| gauge(to, "disk_free_bytes", help, free))
    }
}

fn gauge(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: i64) -> fmt::Result {
    to.encode_descriptor(name, help, None, MetricType::Gauge)?
        .encode_gauge(&value)
}
