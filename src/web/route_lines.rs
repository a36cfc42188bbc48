//! How a line of `routes/` is read.

/// A line for each address: its largest body if not 64 KiB, then its handlers. `page` is GET and HEAD, `any` each method.
macro_rules! routes {
    ($app:expr, $($path:literal $([$largest:expr])? => $($method:ident $handler:path),+;)+) => {
        $app$(.service(
            actix_web::web::resource($path)
                $(.app_data(actix_web::web::PayloadConfig::new($largest)))?
                $(.route(routes!(@$method).to($handler)))+,
        ))+
    };
    (@any) => { actix_web::web::route() };
    (@page) => { actix_web::web::route().guard(actix_web::guard::Any(actix_web::guard::Get()).or(actix_web::guard::Head())) };
    (@$method:ident) => { actix_web::web::$method() };
}

pub(super) use routes;
