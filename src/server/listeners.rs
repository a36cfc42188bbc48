//! Where requests come in: a port, and perhaps a Unix socket.

use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::sync::Arc;

use actix_http::{Request, Response};
use actix_service::{Service, ServiceFactory, ServiceFactoryExt as _, fn_service};
use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, Server};

use super::crowd::Crowd;
use super::open_files::Room;
use super::{http, unix_socket};
use crate::config::Config;

/// What is bound and not answered yet.
pub struct Listeners {
    tcp: TcpListener,
    unix: Option<UnixListener>,
}

impl Listeners {
    /// Binds what the configuration names.
    ///
    /// # Errors
    /// One line that names the address in use.
    pub fn bind(config: &Config) -> Result<Self, String> {
        let tcp = TcpListener::bind(config.listen)
            .map_err(|cause| format!("can't listen on {}: {cause}", config.listen))?;
        let unix = config.unix_socket.as_deref();
        Ok(Self {
            tcp,
            unix: unix.map(unix_socket::listen).transpose()?,
        })
    }

    /// Address and port.
    ///
    /// # Errors
    /// One line when the system does not tell.
    pub fn address(&self) -> Result<SocketAddr, String> {
        self.tcp.local_addr().map_err(|cause| cause.to_string())
    }

    /// Serves what `front` makes for each of the workers to the `crowd`, until the process is told to stop.
    ///
    /// # Errors
    /// One line when the system refuses.
    pub fn serve<F>(
        self,
        workers: usize,
        crowd: &Arc<Crowd>,
        front: impl Fn() -> F + Clone + Send + 'static,
    ) -> Result<Server, String>
    where
        F: ServiceFactory<
                Request,
                Config = AppConfig,
                Response = Response<BoxBody>,
                Error = actix_web::Error,
                InitError = (),
            > + 'static,
        F::Service: 'static,
        F::Future: 'static,
        <F::Service as Service<Request>>::Future: Unpin + 'static,
    {
        let room = Room::left(workers);
        crowd.counts.allow(room.connections);
        let builder = Server::build()
            .workers(workers)
            .shutdown_timeout(10)
            // Somebody gives way long before that; but only a worker that gets round to it finds out who.
            .max_concurrent_connections(room.for_each_worker)
            .disable_signals();
        let signal = builder.graceful_shutdown_signal();
        let stopping = move || {
            let signal = signal.clone();
            async move { signal.notified().await }
        };
        let (unix_front, unix_stopping) = (front.clone(), stopping.clone());
        let (crowd, unix_crowd) = (Arc::clone(crowd), Arc::clone(crowd));
        let address = self.address()?;
        let builder = builder
            .listen("tcp", self.tcp, move || {
                fn_service(http::tcp).and_then(http::over(front(), stopping(), Arc::clone(&crowd)))
            })
            .map_err(|cause| format!("can't listen on {address}: {cause}"))?;
        let builder = match self.unix {
            None => builder,
            Some(listener) => builder
                .listen_uds("unix", listener, move || {
                    let crowd = Arc::clone(&unix_crowd);
                    fn_service(http::unix).and_then(http::over(
                        unix_front(),
                        unix_stopping(),
                        crowd,
                    ))
                })
                .map_err(|cause| format!("can't listen on the Unix socket: {cause}"))?,
        };
        Ok(builder.run())
    }
}
