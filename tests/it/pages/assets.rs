//! Addresses of style sheets and scripts.

use keystead::web::assets::{url, urls};

#[test]
fn names_carry_the_content_hash() {
    let address = url("css/app.css");
    assert!(address.starts_with("/static/app.") && address.ends_with(".css"));
    assert_eq!(url("css/none.css"), "/static/missing");
    assert!(urls().all(|address| address != "/static/missing"));
}
