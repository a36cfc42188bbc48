-- Which changes may stop something: of these each server keeps a record beside the database, which tells what a copy that is
-- put in place brings back.
ALTER TABLE change_log ADD COLUMN stops BOOLEAN NOT NULL DEFAULT FALSE;

-- What was decided when the database had been put back to an older state.
CREATE TABLE restores (
    -- Counted from 1; more than what any server keeps of an earlier one.
    number BIGINT PRIMARY KEY,
    decided_at TIMESTAMP NOT NULL,
    -- The last of the lost changes that was known to who decided.
    lost_rev BIGINT NOT NULL,
    lost_entry BIGINT NOT NULL,
    -- stopped or accepted.
    decision TEXT NOT NULL,
    key_count BIGINT NOT NULL,
    group_count BIGINT NOT NULL,
    tenant_count BIGINT NOT NULL,
    verifier_count BIGINT NOT NULL
);
