-- The audit log becomes a chain: the rows of a tenant, and those of none, are numbered without gaps, and each has an HMAC
-- over itself and the one before it. Rows from before get theirs at the first start, together with the audit key.
ALTER TABLE audit_events ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_events ADD COLUMN mac BYTEA;
UPDATE audit_events SET seq = numbered.place FROM (
    SELECT id, ROW_NUMBER() OVER (PARTITION BY tenant_id ORDER BY id) AS place FROM audit_events
) AS numbered WHERE numbered.id = audit_events.id; ALTER TABLE audit_events ALTER COLUMN seq DROP DEFAULT;
-- Without a default a server of an earlier version, which knows no chain, can't add to it.
CREATE UNIQUE INDEX audit_events_in_order ON audit_events (tenant_id, seq);
CREATE UNIQUE INDEX audit_events_of_the_installation_in_order ON audit_events (seq) WHERE tenant_id IS NULL;

-- How far each chain goes, and how much of it was removed because of its age. The chain is the tenant's id, or empty.
CREATE TABLE audit_heads (
    chain TEXT COLLATE "C" PRIMARY KEY,
    seq BIGINT NOT NULL,
    mac BYTEA NOT NULL,
    pruned_seq BIGINT NOT NULL,
    pruned_mac BYTEA NOT NULL,
    -- Empty for good once somebody without the audit key changed the head.
    signature BYTEA NOT NULL
);

-- The key of the HMACs, encrypted under the master key; one row.
CREATE TABLE audit_keys (
    id INTEGER PRIMARY KEY,
    master_key_version INTEGER NOT NULL,
    nonce BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    -- Tells this audit key from any other.
    check_value TEXT NOT NULL
);
