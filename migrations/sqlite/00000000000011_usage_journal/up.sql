-- Counts that are safe and not yet in their minute: what a busy server collected in a second is one row here, and many of
-- them become one row a key in key_usage.
CREATE TABLE usage_journal (
    node_id TEXT NOT NULL,
    batch BIGINT NOT NULL,
    -- Start of the minute in which they were collected, in seconds since 1970.
    start BIGINT NOT NULL,
    -- For each key: its id (16 bytes), when it was last accepted (8 bytes, microseconds since 1970), which verdicts it had
    -- (1 byte), and the count of each of those (8 bytes); numbers little-endian.
    counts BLOB NOT NULL,
    PRIMARY KEY (node_id, batch)
);
