//! Style sheets, scripts, fonts and icons, carried inside the binary under names made from their
//! content. `build.rs` makes the table.

use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, Encoding, Header as _, VARY,
};
use actix_web::{HttpRequest, HttpResponse, web};

struct Asset {
    /// Path inside `static/`.
    path: &'static str,
    /// Public address, with the content hash.
    url: &'static str,
    content_type: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const PREFIX: &str = "/static/";

/// The public address of a file of `static/`: `css/app.css` is `/static/app.3f2a91c0.css`.
///
/// A path that does not exist gives an address that answers 404, so a typing mistake shows up in
/// the browser and in the tests instead of stopping the server.
pub fn url(path: &str) -> &'static str {
    ASSETS
        .iter()
        .find(|asset| asset.path == path)
        .map_or("/static/missing", |asset| asset.url)
}

/// Every public address, for tests that fetch them all.
pub fn urls() -> impl Iterator<Item = &'static str> {
    ASSETS.iter().map(|asset| asset.url)
}

/// `GET /static/{name}`: looks the name up in the table and never touches the file system.
pub async fn show(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    let found = ASSETS
        .iter()
        .find(|asset| asset.url.strip_prefix(PREFIX) == Some(name.as_str()));
    let Some(asset) = found else {
        return HttpResponse::NotFound().finish();
    };
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, asset.content_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((VARY, "Accept-Encoding"));
    let accepted = AcceptEncoding::parse(&request).ok();
    // One by one: of two that a client likes alike, actix takes the one named first, and browsers name gzip first.
    let accepts = |coding: &Encoding| {
        let chosen = accepted
            .as_ref()
            .and_then(|accepted| accepted.negotiate(std::iter::once(coding)));
        chosen.as_ref() == Some(coding)
    };
    match (asset.brotli, asset.gzip) {
        (Some(body), _) if accepts(&Encoding::brotli()) => {
            answer.insert_header((CONTENT_ENCODING, "br")).body(body)
        }
        (_, Some(body)) if accepts(&Encoding::gzip()) => {
            answer.insert_header((CONTENT_ENCODING, "gzip")).body(body)
        }
        _ => answer.body(asset.plain),
    }
}
