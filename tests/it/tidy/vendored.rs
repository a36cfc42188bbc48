//! Vendored files are those that `static/vendor/VENDOR.md` tells of, to the byte.

use std::fs;
use std::path::Path;

use keystead::domain::random::hex;
use sha2::{Digest, Sha256};

use super::none;

#[test]
fn each_vendored_file_is_the_one_that_vendor_md_tells_of() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/vendor");
    let told = fs::read_to_string(folder.join("VENDOR.md")).unwrap();
    let rows: Vec<(&str, &str)> = told
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split(" | ").collect();
            let name = cells.first()?.strip_prefix("| `")?.strip_suffix('`')?;
            Some((name, cells.get(3)?.trim_matches('`')))
        })
        .collect();
    assert!(rows.len() > 10, "only {} rows", rows.len());
    let other = rows.into_iter().filter_map(|(name, digest)| {
        let found = hex(&Sha256::digest(fs::read(folder.join(name)).unwrap()));
        (found != digest).then(|| format!("{name} has the sha256 {found}, VENDOR.md says {digest}"))
    });
    none(other.collect());
}
