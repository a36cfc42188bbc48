//! HTTP/1.1 as each worker speaks it.

use std::future::ready;
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::body::BoxBody;
use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Request, Response};
use actix_service::{
    Service, ServiceFactory, ServiceFactoryExt as _, fn_factory, fn_service, map_config,
};
use actix_web::dev::AppConfig;
use actix_web::rt::net::{TcpStream, UnixStream};
use tokio::io::{AsyncRead, AsyncWrite};

use super::connections::Connections;
use super::crowd::Crowd;
use super::line::Line;
use super::turns::Turns;

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
    crowd: Arc<Crowd>,
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
    <F::Service as Service<Request>>::Future: Unpin + 'static,
{
    let connections = Connections::new(crowd);
    actix_web::rt::spawn(Rc::clone(&connections).watch(stopping));
    let door = Rc::clone(&connections);
    let (coming, going) = (Rc::clone(&connections), connections);
    let front = map_config(front, |()| AppConfig::default());
    let turns = fn_factory(move || {
        let front = front.new_service(());
        async move { front.await.map(Turns::before) }
    });
    let http = HttpService::build()
        .on_connect_ext(move |line: &Line<T>, data| {
            coming.keep(Rc::clone(line.connection()));
            data.insert(Rc::clone(line.connection()));
        })
        // Hidden in its documentation, but the way in which actix-web itself ends connections.
        .graceful_shutdown_signal(move || going.end_of_newest())
        .keep_alive(KeepAlive::Os)
        .client_request_timeout(Duration::from_secs(10))
        .client_disconnect_timeout(Duration::from_secs(2))
        .h1(turns);
    fn_service(move |(stream, peer): (T, Option<SocketAddr>)| {
        let connection = door.admit(peer.map(|peer| peer.ip()));
        let turned_away = || DispatchError::Io(Error::from(ErrorKind::ConnectionRefused));
        ready(match connection {
            Some(connection) => Ok((Line::new(stream, connection), peer)),
            None => Err(turned_away()),
        })
    })
    .and_then(http)
}
