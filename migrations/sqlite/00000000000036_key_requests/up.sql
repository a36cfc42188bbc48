-- A short word for what the request with the key's idempotency key asked for; NULL in older rows. A repeated request must ask for the same.
ALTER TABLE api_keys ADD COLUMN asked TEXT;
