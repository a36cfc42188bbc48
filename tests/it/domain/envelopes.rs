//! Envelopes: what third parties' secrets are kept in.

use keystead::domain::Error;
use keystead::domain::envelope::{Envelope, Place};
use keystead::domain::environment::Environment;
use keystead::domain::id::{CredentialId, ProjectId, TenantId};
use keystead::domain::master_key::{MasterKey, MasterKeys};

use super::bytes;

const TEXT: &str = "sk-proj-0123456789abcdefghij";
const CIPHERTEXT: &str =
    "be18ecb52f6e1491295efa70a96ef3bb25cac21f6c0d87792c52d42e58531526681212f8c415b9333966277e";
const SEALED_KEY: &str = "aaf639ccd96c233e62e0fb946168710815e69704a7fa559f4f3c58357e1d13260194c6452c294caf64792b84b9a68b23";

/// The master keys of these versions; each has bytes of its own.
fn keys(versions: &[i32]) -> MasterKeys {
    let of =
        |version: &i32| MasterKey::new(*version, &[u8::try_from(*version).unwrap(); 32].into());
    let at_hand: Vec<MasterKey> = versions.iter().map(of).collect();
    let noted = |key: &MasterKey| (key.version(), key.check_value());
    MasterKeys::of(&at_hand, &at_hand.iter().map(noted).collect::<Vec<_>>())
}

fn place(project: Option<ProjectId>) -> Place<'static> {
    Place {
        tenant: TenantId::new(),
        project,
        integration: "openai",
        environment: Environment::Live,
        credential: CredentialId::new(),
    }
}

/// Every place that differs from this one in one way.
fn elsewhere(place: Place<'static>) -> Vec<Place<'static>> {
    let mut others = vec![
        Place {
            tenant: TenantId::new(),
            ..place
        },
        Place {
            project: Some(ProjectId::new()),
            ..place
        },
        Place {
            integration: "openai-2",
            ..place
        },
        Place {
            integration: "",
            ..place
        },
        Place {
            environment: Environment::Test,
            ..place
        },
        Place {
            credential: CredentialId::new(),
            ..place
        },
    ];
    if place.project.is_some() {
        others.push(Place {
            project: None,
            ..place
        });
    }
    others
}

#[test]
fn what_was_sealed_opens_at_its_place_alone() {
    let keys = keys(&[1]);
    for level in [None, Some(ProjectId::new())] {
        let mine = place(level);
        let envelope = keys.seal(&mine, TEXT).unwrap();
        assert_eq!(keys.open(&mine, &envelope).unwrap().as_str(), TEXT);
        for other in elsewhere(mine) {
            assert!(keys.open(&other, &envelope).is_none(), "{other:?}");
            assert!(keys.rewrap(&other, &envelope).is_none(), "{other:?}");
        }
    }
}

#[test]
fn no_part_of_an_envelope_serves_at_another_place() {
    let keys = keys(&[1]);
    let mine = place(Some(ProjectId::new()));
    let envelope = keys.seal(&mine, TEXT).unwrap();
    for other in elsewhere(mine).into_iter().chain([mine]) {
        let theirs = keys.seal(&other, "another secret of that length").unwrap();
        let key_of_theirs = Envelope {
            key_nonce: theirs.key_nonce.clone(),
            sealed_key: theirs.sealed_key.clone(),
            ..envelope.clone()
        };
        let text_of_theirs = Envelope {
            nonce: theirs.nonce.clone(),
            ciphertext: theirs.ciphertext.clone(),
            ..envelope.clone()
        };
        for mixed in [key_of_theirs, text_of_theirs] {
            assert!(keys.open(&mine, &mixed).is_none(), "{other:?}");
            assert!(keys.open(&other, &mixed).is_none(), "{other:?}");
        }
    }
}

#[test]
fn a_changed_bit_of_any_column_is_noticed() {
    let keys = keys(&[1, 2, 3]);
    let mine = place(None);
    let envelope = keys.seal(&mine, TEXT).unwrap();
    let columns: [fn(&mut Envelope) -> &mut Vec<u8>; 4] = [
        |envelope| &mut envelope.key_nonce,
        |envelope| &mut envelope.sealed_key,
        |envelope| &mut envelope.nonce,
        |envelope| &mut envelope.ciphertext,
    ];
    for (number, column) in columns.into_iter().enumerate() {
        let length = column(&mut envelope.clone()).len();
        for bit in 0..length * 8 {
            let mut changed = envelope.clone();
            column(&mut changed)[bit / 8] ^= 1 << (bit % 8);
            assert!(keys.open(&mine, &changed).is_none(), "{number}, {bit}");
        }
        for length in (0..length).chain([length + 1]) {
            let mut changed = envelope.clone();
            column(&mut changed).resize(length, 0);
            assert!(keys.open(&mine, &changed).is_none(), "{number}, {length}");
        }
    }
    for bit in 0..32 {
        let mut changed = envelope.clone();
        changed.sealing_version ^= 1 << bit;
        assert!(keys.open(&mine, &changed).is_none(), "sealing, {bit}");
        let mut changed = envelope.clone();
        changed.master_key_version ^= 1 << bit;
        assert!(keys.open(&mine, &changed).is_none(), "master key, {bit}");
    }
    assert!(keys.open(&mine, &envelope).is_some());
}

#[test]
fn another_master_key_takes_over_and_the_secret_stays_as_it_is() {
    let mine = place(Some(ProjectId::new()));
    let (first, both, second) = (keys(&[1]), keys(&[1, 2]), keys(&[2]));
    assert_eq!((first.newest(), both.newest()), (1, 2));
    let old = first.seal(&mine, TEXT).unwrap();
    let new = both.rewrap(&mine, &old).unwrap();
    assert_eq!((old.master_key_version, new.master_key_version), (1, 2));
    assert_eq!((&new.nonce, &new.ciphertext), (&old.nonce, &old.ciphertext));
    assert_ne!(new.key_nonce, old.key_nonce);
    assert_ne!(new.sealed_key, old.sealed_key);
    for (keys, opens) in [
        (&first, &old),
        (&both, &old),
        (&both, &new),
        (&second, &new),
    ] {
        assert_eq!(keys.open(&mine, opens).unwrap().as_str(), TEXT);
    }
    // Without its master key it does not open, and whoever asks can tell why.
    assert!(second.open(&mine, &old).is_none() && !second.holds(old.master_key_version));
    assert!(first.open(&mine, &new).is_none() && !first.holds(new.master_key_version));
    assert!(second.rewrap(&mine, &old).is_none());
    // What is sealed now takes the newest.
    assert_eq!(both.seal(&mine, TEXT).unwrap().master_key_version, 2);
}

#[test]
fn what_is_taken_up_later_is_held_by_every_clone() {
    let keys = keys(&[1]);
    let clone = keys.clone();
    let later = MasterKey::new(2, &[9; 32].into());
    let first = keys.newest_key().unwrap();
    let noted = [&first, &later].map(|key| (key.version(), key.check_value()));
    clone.take_up(&[], &noted);
    assert_eq!((keys.newest(), keys.missing()), (1, vec![2]));
    assert!(keys.lacks(2) && !keys.lacks(1));
    clone.take_up(std::slice::from_ref(&later), &noted);
    assert_eq!((keys.newest(), keys.missing()), (2, vec![]));
    // One that was only prepared is not used, and one that was given up is kept for what memory holds under it.
    let old = keys.seal(&place(None), TEXT).unwrap();
    assert_eq!(old.master_key_version, 2);
    clone.take_up(&[MasterKey::new(3, &[3; 32].into())], &noted[..1]);
    assert!(keys.holds(2) && keys.holds(1) && !keys.holds(3));
    assert_eq!((keys.newest(), keys.lacks(3)), (1, false));
    let none = MasterKeys::default().seal(&place(None), TEXT);
    assert!(matches!(none, Err(Error::Unavailable(_))));
}

#[test]
fn nothing_of_the_text_is_in_what_is_kept_and_no_two_are_alike() {
    let keys = keys(&[1]);
    let mine = place(None);
    let [one, two] = [TEXT, TEXT].map(|text| keys.seal(&mine, text).unwrap());
    assert_ne!(one.nonce, two.nonce);
    assert_ne!(one.ciphertext, two.ciphertext);
    assert_ne!(one.key_nonce, two.key_nonce);
    assert_ne!(one.sealed_key, two.sealed_key);
    let lengths = [&one.key_nonce, &one.sealed_key, &one.nonce, &one.ciphertext].map(Vec::len);
    assert_eq!(lengths, [24, 32 + 16, 24, TEXT.len() + 16]);
    for part in TEXT.as_bytes().windows(6) {
        assert!(!one.ciphertext.windows(6).any(|window| window == part));
    }
    assert_eq!(format!("{keys:?}"), "[redacted]");
    assert_eq!(format!("{:?}", keys.newest_key().unwrap()), "[redacted]");
    for text in ["", "ü€😀", &"x".repeat(100_000)] {
        let envelope = keys.seal(&mine, text).unwrap();
        assert_eq!(keys.open(&mine, &envelope).unwrap().as_str(), text);
    }
}

/// What is kept has to be read for years: sealed by another program, from the description alone.
#[test]
fn an_envelope_of_the_first_version_opens() {
    let mine = Place {
        tenant: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        project: Some("01890a5d-ac96-774b-bcce-b302099a8059".parse().unwrap()),
        integration: "openai",
        environment: Environment::Live,
        credential: "01890a5d-ac96-774b-bcce-b302099a8058".parse().unwrap(),
    };
    let envelope = Envelope {
        sealing_version: 1,
        master_key_version: 1,
        key_nonce: vec![0x44; 24],
        sealed_key: bytes(SEALED_KEY),
        nonce: vec![0x43; 24],
        ciphertext: bytes(CIPHERTEXT),
    };
    let master_key = MasterKey::new(1, &[7; 32].into());
    let noted = [(1, master_key.check_value())];
    let keys = MasterKeys::of(&[master_key], &noted);
    assert_eq!(keys.open(&mine, &envelope).unwrap().as_str(), TEXT);
}
