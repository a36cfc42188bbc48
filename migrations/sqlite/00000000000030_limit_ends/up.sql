-- Limits that were raised for a while. A row stays when its limit has fallen back, with the moment of that, until support
-- sets another limit.
CREATE TABLE limit_ends (
    tenant_id TEXT PRIMARY KEY REFERENCES tenants (id),
    ends_at TIMESTAMP NOT NULL,
    falls_to BIGINT NOT NULL,
    fell_at TIMESTAMP
);
CREATE INDEX limit_ends_to_come ON limit_ends (ends_at) WHERE fell_at IS NULL;
