-- Who has a feature that is not there for everybody, beside the plan of the tenant.

-- What holds for one tenant, whatever the percentage is.
CREATE TABLE feature_switches (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    feature TEXT COLLATE "C" NOT NULL,
    -- 'on' and 'off' are support's choice; 'kept' had stored credentials when the percentage was lowered.
    state TEXT NOT NULL,
    PRIMARY KEY (tenant_id, feature)
);

-- Part of the other tenants that has a feature; a feature without a row has none.
CREATE TABLE feature_rollouts (
    feature TEXT COLLATE "C" PRIMARY KEY,
    percentage BIGINT NOT NULL
);

-- Requests of tenants for a feature.
CREATE TABLE access_requests (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    feature TEXT COLLATE "C" NOT NULL,
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    -- Open while these are NULL; the outcome is 'granted', 'declined' or 'withdrawn', which has no answer.
    closed_at TIMESTAMP,
    outcome TEXT,
    answer TEXT
);
CREATE UNIQUE INDEX open_access_request_of_a_tenant ON access_requests (tenant_id, feature) WHERE closed_at IS NULL;
