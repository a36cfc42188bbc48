-- What is sealed under a later version than the first does not open any more.
ALTER TABLE sealed_secrets DROP COLUMN master_key_version;
