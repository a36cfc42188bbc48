//! Searching a directory of keys.

use keystead::domain::environment::Environment;
use keystead::domain::id::{GroupId, KeyId};
use keystead::key_search::directory::{KeyDirectory, Listed};
use keystead::key_search::filter::{KeyFilter, Sort};

use crate::support::noon;

#[test]
fn typed_and_stored_text_are_compared_alike() {
    for (name, typed) in [
        ("Reports...", "reports..."),
        ("Reports...", "reports…"),
        ("Reports…", "REPORTS..."),
        ("Reports...", ".."),
        ("ΟΔΟΣ", "οδος"),
        ("οδος", "ΟΔΟΣ"),
        ("ΟΔΟΣΑ", "ΟΔΟΣ"),
        ("İstanbul", "İSTANBUL"),
        ("Ådel", "åDEL"),
    ] {
        let mut keys = KeyDirectory::default();
        keys.put(&Listed {
            id: KeyId::new(),
            name,
            description: "",
            hint: "ks_live_…9fQ2",
            group: GroupId::new(),
            group_name: "Full access",
            project: None,
            owner_words: "",
            owner: None,
            environment: Environment::Live,
            created_at: noon(),
            expires_at: None,
            disabled: false,
            revoked: false,
        });
        let filter = KeyFilter::parse(typed, "", "").unwrap();
        let found = keys.find(&filter, Sort::default(), None, 1, noon());
        assert_eq!(found.matching, 1, "{name} {typed}");
    }
}
