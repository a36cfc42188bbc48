//! The listener of the metrics.

use std::net::SocketAddr;

use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};

use crate::web::metrics;
use crate::web::state::State;

/// Metrics have a listener of their own, so that a proxy in front of the other one can't publish them by mistake.
pub fn serve_metrics(listen: SocketAddr, state: &web::Data<State>) -> Result<Server, String> {
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
