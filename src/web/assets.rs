//! Style sheets, scripts, fonts and icons, carried inside the binary under names made from their
//! content. `build.rs` makes the table.

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY,
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
    let accepted = request.headers().get(ACCEPT_ENCODING);
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, asset.content_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((VARY, "Accept-Encoding"));
    match (asset.brotli, asset.gzip) {
        (Some(body), _) if accepts(accepted, "br") => {
            answer.insert_header((CONTENT_ENCODING, "br")).body(body)
        }
        (_, Some(body)) if accepts(accepted, "gzip") => {
            answer.insert_header((CONTENT_ENCODING, "gzip")).body(body)
        }
        _ => answer.body(asset.plain),
    }
}

/// Whether the `Accept-Encoding` header names this coding, and not with `q=0`.
fn accepts(header: Option<&HeaderValue>, coding: &str) -> bool {
    let Some(list) = header.and_then(|value| value.to_str().ok()) else {
        return false;
    };
    list.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = parts
            .filter_map(|part| part.strip_prefix("q="))
            .any(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0));
        named && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::{HeaderValue, accepts, url, urls};

    #[test]
    fn names_carry_the_content_hash() {
        let address = url("css/app.css");
        assert!(address.starts_with("/static/app.") && address.ends_with(".css"));
        assert_eq!(url("css/none.css"), "/static/missing");
        assert!(urls().all(|address| address != "/static/missing"));
    }

    #[test]
    fn a_coding_with_weight_zero_is_refused() {
        let header = HeaderValue::from_static("gzip;q=0, BR ; q=0.5");
        assert!(accepts(Some(&header), "br"));
        assert!(!accepts(Some(&header), "gzip"));
        assert!(!accepts(None, "br"));
    }
}
