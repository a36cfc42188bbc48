DROP INDEX change_log_of_an_item;
DROP TABLE usage_nodes;
DROP TABLE usage_gaps;
DROP TABLE request_records;
DROP TABLE usage_progress;
DROP TABLE key_usage;
CREATE TABLE key_usage_days (
    key_id TEXT COLLATE "C" NOT NULL,
    day DATE NOT NULL,
    accepted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    last_accepted_at TIMESTAMP,
    PRIMARY KEY (key_id, day)
);
