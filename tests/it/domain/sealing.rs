//! Sealed secrets.

use keystead::domain::id::{KeyId, TenantId};
use keystead::domain::master_key::{MasterKey, MasterKeys};
use keystead::domain::sealing::{Owner, Sealed};

use super::bytes;

const TEXT: &str = "ks_live_0123456789abcdefghijABCDEFGHIJ01abcdef";
const CIPHERTEXT: &str = "316e88c5e32d1ad3ab6e954b0973891fa5a82a3be8a091d918f765d31b19ac90580c9be65cc91ff88c7e814c768887f8\
     813b507ccf643eb686e06a4fa73e";

fn key(byte: u8) -> MasterKeys {
    let key = MasterKey::new(1, &[byte; 32].into());
    let noted = [(1, key.check_value())];
    MasterKeys::of(&[key], &noted)
}

fn owner() -> Owner {
    Owner {
        tenant: TenantId::new(),
        key: KeyId::new(),
    }
}

#[test]
fn what_was_sealed_opens_for_its_owner_alone() {
    let (sealing, mine) = (key(1), owner());
    let sealed = sealing.seal_copy(mine, TEXT).unwrap();
    assert_eq!(sealing.open_copy(mine, &sealed).unwrap().as_str(), TEXT);
    // After a restart with the same master key.
    assert_eq!(key(1).open_copy(mine, &sealed).unwrap().as_str(), TEXT);
    let others = [
        owner(),
        Owner {
            key: KeyId::new(),
            ..mine
        },
        Owner {
            tenant: TenantId::new(),
            ..mine
        },
    ];
    for other in others {
        assert!(sealing.open_copy(other, &sealed).is_none());
    }
    assert!(key(2).open_copy(mine, &sealed).is_none());
}

#[test]
fn a_changed_bit_anywhere_is_noticed() {
    let (sealing, mine) = (key(1), owner());
    let sealed = sealing.seal_copy(mine, TEXT).unwrap();
    let bits = |length: usize| (0..length).flat_map(|at| (0..8).map(move |bit| (at, 1_u8 << bit)));
    for (at, bit) in bits(sealed.ciphertext.len()) {
        let mut changed = sealed.clone();
        changed.ciphertext[at] ^= bit;
        assert!(
            sealing.open_copy(mine, &changed).is_none(),
            "ciphertext {at}"
        );
    }
    for (at, bit) in bits(sealed.nonce.len()) {
        let mut changed = sealed.clone();
        changed.nonce[at] ^= bit;
        assert!(sealing.open_copy(mine, &changed).is_none(), "nonce {at}");
    }
    for version in [0, 2, -1] {
        let changed = Sealed {
            version,
            ..sealed.clone()
        };
        assert!(sealing.open_copy(mine, &changed).is_none());
    }
    for master_key_version in [0, 2, -1] {
        let changed = Sealed {
            master_key_version,
            ..sealed.clone()
        };
        assert!(sealing.open_copy(mine, &changed).is_none());
    }
    for length in [0, 1, 15, sealed.ciphertext.len() - 1] {
        let mut short = sealed.clone();
        short.ciphertext.truncate(length);
        assert!(sealing.open_copy(mine, &short).is_none());
        short.nonce.truncate(length);
        assert!(sealing.open_copy(mine, &short).is_none());
    }
}

#[test]
fn nothing_of_the_text_is_in_what_is_kept_and_no_two_are_alike() {
    let (sealing, mine) = (key(1), owner());
    let (one, two) = (
        sealing.seal_copy(mine, TEXT).unwrap(),
        sealing.seal_copy(mine, TEXT).unwrap(),
    );
    assert_ne!(one.nonce, two.nonce);
    assert_ne!(one.ciphertext, two.ciphertext);
    assert_eq!(
        (one.nonce.len(), one.ciphertext.len()),
        (24, TEXT.len() + 16)
    );
    for part in TEXT.as_bytes().windows(6) {
        assert!(!one.ciphertext.windows(6).any(|window| window == part));
    }
    assert_eq!(format!("{sealing:?}"), "[redacted]");
}

/// Sealed by another program, by what was authenticated before the master key had versions.
#[test]
fn what_the_first_keystead_sealed_still_opens() {
    let mine = Owner {
        tenant: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        key: "01890a5d-ac96-774b-bcce-b302099a8058".parse().unwrap(),
    };
    let sealed = Sealed {
        version: 1,
        master_key_version: 1,
        nonce: vec![0x42; 24],
        ciphertext: bytes(CIPHERTEXT),
    };
    assert_eq!(key(7).open_copy(mine, &sealed).unwrap().as_str(), TEXT);
}
