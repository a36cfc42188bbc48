//! HTTP/1.1 as each worker speaks it.

use std::rc::Rc;
use std::time::Duration;

use actix_http::body::BoxBody;
use actix_http::{HttpService, KeepAlive, Request, Response};
use actix_service::{Service, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::rt::net::TcpStream;

use super::connections::Connections;

/// Serves `front` on the connections of one worker, until `stopping`.
pub fn over_tcp<F>(
    front: F,
    stopping: impl Future<Output = ()> + 'static,
) -> impl ServiceFactory<
    TcpStream,
    Config = (),
    Response = (),
    InitError = (),
    Error = impl std::fmt::Debug,
>
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
    <F::Service as Service<Request>>::Future: 'static,
{
    let connections = Rc::<Connections>::default();
    actix_web::rt::spawn(Rc::clone(&connections).watch(stopping));
    let http = HttpService::build()
        // Hidden in its documentation, but the way in which actix-web itself ends connections.
        .graceful_shutdown_signal(move || connections.open())
        .keep_alive(KeepAlive::Os)
        .client_request_timeout(Duration::from_secs(10))
        .client_disconnect_timeout(Duration::from_secs(2))
        .h1(map_config(front, |()| AppConfig::default()));
    fn_service(async |stream: TcpStream| {
        // A compressed page ends with a small packet of its own; held back, it would wait 40 ms for the browser.
        let _ = stream.set_nodelay(true);
        let peer = stream.peer_addr().ok();
        Ok::<_, actix_http::error::DispatchError>((stream, peer))
    })
    .and_then(http)
}
