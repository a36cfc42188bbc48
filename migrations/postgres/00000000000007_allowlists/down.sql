DROP TABLE observed_callers;
ALTER TABLE api_keys DROP COLUMN ip_allowlist_mode;
DROP INDEX api_keys_of_a_group;
ALTER TABLE authorization_groups DROP COLUMN deleted_at;
