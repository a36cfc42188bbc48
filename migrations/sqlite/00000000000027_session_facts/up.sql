-- What is known of a session beside its state.

-- When its person last gave the password or a code; NULL asks for it before the next dangerous change.
ALTER TABLE sessions ADD COLUMN proven_at TIMESTAMP;
-- From where and with what program they signed in; empty when it is not known.
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN program TEXT NOT NULL DEFAULT '';
