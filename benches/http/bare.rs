//! The peer: actix-web with nothing in it but an answer of a given size.

use actix_web::http::header;
use actix_web::{App, HttpResponse, HttpServer, web};

/// Serves on a free port, which it prints, until its process ends. `size` counts the whole answer, headers included.
pub fn serve(size: usize) {
    actix_web::rt::System::new().block_on(async move {
        // Filler goes into one header, so that the body stays as long as ours or empty.
        let filler = "x".repeat(size);
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(filler.clone()))
                .default_service(web::to(answer))
        })
        .workers(1)
        .bind("127.0.0.1:0")
        .unwrap();
        println!("{}", server.addrs()[0].port());
        server.run().await.unwrap();
    });
}

/// Reads the body, as any handler of a POST would, and answers.
async fn answer(size: web::Data<String>, body: web::Bytes) -> HttpResponse {
    // Status line, content-length, date and content-type of a bare answer take this many bytes.
    const FRAME: usize = 17 + 37 + 4;
    const TYPE: usize = 32;
    let wanted = size.len();
    if body.is_empty() {
        let filler = wanted.saturating_sub(FRAME + 19 + "x-filler: \r\n".len());
        return HttpResponse::Ok()
            .insert_header(("x-filler", size[..filler].to_owned()))
            .finish();
    }
    let digits = 3;
    let length = wanted.saturating_sub(FRAME + TYPE + 18 + digits);
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(size[..length].to_owned())
}
