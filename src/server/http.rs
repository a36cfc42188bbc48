//! HTTP/1.1 as each worker speaks it.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use actix_http::body::BoxBody;
use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Request, Response};
use actix_service::{Service, ServiceFactory, map_config};
use actix_web::dev::AppConfig;
use actix_web::rt::net::{TcpStream, UnixStream};
use tokio::io::{AsyncRead, AsyncWrite};

use super::connections::Connections;

/// A new TCP connection, and who made it.
///
/// # Errors
/// `Io` when that is not known: who left already must not be taken for somebody on the Unix socket.
pub async fn tcp(stream: TcpStream) -> Result<(TcpStream, Option<SocketAddr>), DispatchError> {
    // A compressed page ends with a small packet of its own; held back, it would wait 40 ms for the browser.
    let _ = stream.set_nodelay(true);
    let peer = stream.peer_addr().map_err(DispatchError::Io)?;
    Ok((stream, Some(peer)))
}

/// A new connection on the Unix socket. Who connects there has no address.
///
/// # Errors
/// None.
pub async fn unix(stream: UnixStream) -> Result<(UnixStream, Option<SocketAddr>), DispatchError> {
    Ok((stream, None))
}

/// Serves `front` on the connections of one worker, until `stopping`.
pub fn over<T, F>(
    front: F,
    stopping: impl Future<Output = ()> + 'static,
) -> impl ServiceFactory<
    (T, Option<SocketAddr>),
    Config = (),
    Response = (),
    Error = DispatchError,
    InitError = (),
>
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
    F: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = Response<BoxBody>,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
    F::Service: 'static,
    F::Future: 'static,
    <F::Service as Service<Request>>::Future: 'static,
{
    let connections = Rc::<Connections>::default();
    actix_web::rt::spawn(Rc::clone(&connections).watch(stopping));
    HttpService::build()
        // Hidden in its documentation, but the way in which actix-web itself ends connections.
        .graceful_shutdown_signal(move || connections.open())
        .keep_alive(KeepAlive::Os)
        .client_request_timeout(Duration::from_secs(10))
        .client_disconnect_timeout(Duration::from_secs(2))
        .h1(map_config(front, |()| AppConfig::default()))
}
