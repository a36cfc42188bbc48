-- How far the change log had come at a time, noted about once an hour: changes themselves have no time, and it is by
-- time that requests stop being explained.
CREATE TABLE change_marks (
    -- Microseconds since 1970.
    at BIGINT PRIMARY KEY,
    rev BIGINT NOT NULL,
    -- Up to here the log keeps of each thing only what it was like last.
    is_pruned BOOLEAN NOT NULL
);

-- Long allowlists of keys, each kept once from the change that made it: what a key was like after another change names it.
CREATE TABLE kept_allowlists (
    key_id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    -- Separated by spaces.
    entries TEXT NOT NULL,
    PRIMARY KEY (key_id, rev)
);
