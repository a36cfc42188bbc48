//! How often a test tries what only sometimes goes wrong: few times beside all other tests, and as often as somebody wants.

/// As many as `KEYSTEAD_TEST_ROUNDS` says, or else these.
pub fn rounds(usual: u64) -> u64 {
    number("KEYSTEAD_TEST_ROUNDS", usual)
}

/// What a variable of the environment says, or else this.
pub fn number(name: &str, usual: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(usual, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name}: {text} is no number"))
    })
}
