-- Authorization groups that a tenant makes itself, and allowlists that are watched before they are enforced.

-- A deleted group stays for the revoked keys that had it; its name is free again.
ALTER TABLE authorization_groups ADD COLUMN deleted_at TIMESTAMP;
-- Serves the number of keys in a group, and a group's change that reaches all of them.
CREATE INDEX api_keys_of_a_group ON api_keys (group_id, id);

-- off: no list; observe: others are let through and noted; enforce: others are refused.
ALTER TABLE api_keys ADD COLUMN ip_allowlist_mode TEXT NOT NULL DEFAULT 'off';
UPDATE api_keys SET ip_allowlist_mode = 'enforce' WHERE ip_allowlist <> '';

-- Who used a key while its allowlist was observed. At most 1,000 addresses a key.
CREATE TABLE observed_callers (
    key_id TEXT COLLATE "C" NOT NULL,
    -- Empty when it is not known.
    address TEXT COLLATE "C" NOT NULL,
    tenant_id TEXT NOT NULL,
    requests BIGINT NOT NULL,
    -- Microseconds since 1970.
    last_at BIGINT NOT NULL,
    PRIMARY KEY (key_id, address)
);
CREATE INDEX observed_callers_of_a_time ON observed_callers (last_at);
