-- The secrets of the apps in which people read the code that they sign in with.

-- Since when a person needs a code after the password; while it is null, a secret below is only being set up.
ALTER TABLE users ADD COLUMN second_factor_at TIMESTAMP;

-- Sealed under the master key.
CREATE TABLE second_factors (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    -- The step of 30 seconds whose code was used last: that one and those before it never work again.
    last_step BIGINT NOT NULL,
    version INTEGER NOT NULL,
    master_key_version INTEGER NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL
);
CREATE INDEX second_factors_master_key ON second_factors (master_key_version, user_id);

-- Codes for who lost the app, each as a salted digest. A used one is gone.
CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id),
    digest BLOB NOT NULL,
    salt BLOB NOT NULL,
    PRIMARY KEY (user_id, digest)
);
