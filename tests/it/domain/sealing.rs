//! Sealed secrets.

use keystead::domain::id::{KeyId, TenantId};
use keystead::domain::sealing::{Owner, Sealed, SealingKey};

const TEXT: &str = "ks_live_0123456789abcdefghijABCDEFGHIJ01abcdef";

fn key(byte: u8) -> SealingKey {
    SealingKey::derive(&[byte; 32].into())
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
    let sealed = sealing.seal(mine, TEXT).unwrap();
    assert_eq!(sealing.open(mine, &sealed).unwrap().as_str(), TEXT);
    // After a restart with the same master key.
    assert_eq!(key(1).open(mine, &sealed).unwrap().as_str(), TEXT);
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
        assert!(sealing.open(other, &sealed).is_none());
    }
    assert!(key(2).open(mine, &sealed).is_none());
}

#[test]
fn a_changed_bit_anywhere_is_noticed() {
    let (sealing, mine) = (key(1), owner());
    let sealed = sealing.seal(mine, TEXT).unwrap();
    let bits = |length: usize| (0..length).flat_map(|at| (0..8).map(move |bit| (at, 1_u8 << bit)));
    for (at, bit) in bits(sealed.ciphertext.len()) {
        let mut changed = sealed.clone();
        changed.ciphertext[at] ^= bit;
        assert!(sealing.open(mine, &changed).is_none(), "ciphertext {at}");
    }
    for (at, bit) in bits(sealed.nonce.len()) {
        let mut changed = sealed.clone();
        changed.nonce[at] ^= bit;
        assert!(sealing.open(mine, &changed).is_none(), "nonce {at}");
    }
    for version in [0, 2, -1] {
        let changed = Sealed {
            version,
            ..sealed.clone()
        };
        assert!(sealing.open(mine, &changed).is_none());
    }
    for length in [0, 1, 15, sealed.ciphertext.len() - 1] {
        let mut short = sealed.clone();
        short.ciphertext.truncate(length);
        assert!(sealing.open(mine, &short).is_none());
        short.nonce.truncate(length);
        assert!(sealing.open(mine, &short).is_none());
    }
}

#[test]
fn nothing_of_the_text_is_in_what_is_kept_and_no_two_are_alike() {
    let (sealing, mine) = (key(1), owner());
    let (one, two) = (
        sealing.seal(mine, TEXT).unwrap(),
        sealing.seal(mine, TEXT).unwrap(),
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
