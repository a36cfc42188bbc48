//! The peer: actix-web with nothing in it but an answer of a given size.

use actix_web::http::header;
use actix_web::{App, HttpResponse, HttpServer, web};

/// What the bare handler sends.
#[derive(Clone)]
struct Sizes {
    body: String,
    filler: String,
}

/// Serves on a free port, which it prints, and perhaps on a Unix socket, until its process ends: a body of `body` bytes,
/// and headers that are `filler` bytes longer than they need be.
pub fn serve(body: usize, filler: usize, socket: Option<&str>) {
    actix_web::rt::System::new().block_on(async move {
        let sizes = Sizes {
            body: "x".repeat(body),
            filler: "x".repeat(filler),
        };
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(sizes.clone()))
                .default_service(web::to(answer))
        })
        .workers(1)
        .bind("127.0.0.1:0")
        .unwrap();
        println!("{}", server.addrs()[0].port());
        let server = match socket {
            Some(path) => server.bind_uds(path).unwrap(),
            None => server,
        };
        server.run().await.unwrap();
    });
}

/// Reads the body, as any handler of a POST would, and answers.
async fn answer(sizes: web::Data<Sizes>, _: web::Bytes) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header(("x-filler", sizes.filler.clone()));
    if sizes.body.is_empty() {
        return response.finish();
    }
    response
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(sizes.body.clone())
}
