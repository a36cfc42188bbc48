//! The database file has whatever name somebody gave it.

use std::fs;
use std::path::PathBuf;

use diesel::r2d2::ManageConnection as _;
use keystead::db::connection::{Manager, Source};

use crate::support::app::scratch_dir;

#[test]
fn a_file_is_opened_by_any_name_and_never_made() {
    let dir = scratch_dir();
    for name in ["keystead.db", "100%25 of #1?mode=memory.db", "//ü&x=1.db"] {
        let path = PathBuf::from(format!("{}/{name}", dir.display()));
        let connect = || Manager::new(Source::Sqlite(path.clone())).connect();
        assert!(connect().is_err() && !path.exists(), "{name}");
        fs::File::create(&path).unwrap();
        connect().unwrap();
    }
    let there = fs::read_dir(&dir).unwrap().count();
    assert_eq!(there, 3, "under another name");
    fs::remove_dir_all(&dir).unwrap();
}
