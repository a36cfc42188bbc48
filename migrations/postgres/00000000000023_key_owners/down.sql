DROP INDEX api_keys_of_an_owner;
ALTER TABLE api_keys DROP COLUMN owner_text;
ALTER TABLE api_keys DROP COLUMN owner_id;
