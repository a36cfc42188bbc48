-- How far the change log had come at a time, noted about once an hour: changes themselves have no time, and it is by
-- time that requests stop being explained.
CREATE TABLE change_marks (
    -- Microseconds since 1970.
    at BIGINT PRIMARY KEY,
    rev BIGINT NOT NULL,
    -- Up to here the log keeps of each thing only what it was like last.
    is_pruned BOOLEAN NOT NULL
);
