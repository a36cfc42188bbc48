-- The version of the master key under which a copy is sealed.
ALTER TABLE sealed_secrets ADD COLUMN master_key_version INTEGER NOT NULL DEFAULT 1;
