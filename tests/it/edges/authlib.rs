//! The OAuth edges, tried with a client library that knows nothing of Keystead: Authlib for Python.

use std::process::Command;

use crate::support::process::Place;

#[actix_web::test]
async fn authlib_introspects_protects_and_revokes() {
    let python = std::env::var("KEYSTEAD_TEST_PYTHON").expect(
        "KEYSTEAD_TEST_PYTHON names a Python with Authlib: run tests/run, which makes one, or \
         set it to target/authlib/bin/python",
    );
    let place = Place::new().with_acme();
    let (key, verifier) = (place.key("ERP"), place.verifier("Authlib"));
    let server = place.serve();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/authlib/client.py");
    let output = Command::new(python)
        .arg(script)
        .env_clear()
        .env("KEYSTEAD_BASE", &server.base)
        .env("KEYSTEAD_VERIFIER", verifier)
        .env("KEYSTEAD_KEY", &key)
        .output()
        .unwrap();
    let (said, trouble) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}{trouble}");
    assert!(said.ends_with("all good\n"), "{said}{trouble}");
    // What the library was told is true at the other edges too.
    assert_eq!(server.stranger().verify(&key).await, "REVOKED");
}
