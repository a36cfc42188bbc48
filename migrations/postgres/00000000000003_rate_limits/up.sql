-- How often a key may be used: all three or none. The period is 'second' or 'minute'.
ALTER TABLE api_keys ADD COLUMN rate_limit_requests BIGINT;
ALTER TABLE api_keys ADD COLUMN rate_limit_period TEXT;
ALTER TABLE api_keys ADD COLUMN rate_limit_burst BIGINT;
