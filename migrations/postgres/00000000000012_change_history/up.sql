-- Each change draws a random number, its entry id, and keeps that of the change before it. Where two histories went apart,
-- by a restored copy or a standby that lacked the last changes, no entry id is in both: a server can tell by the one that it
-- applied last whether the log goes on from there. 0 in older rows.
ALTER TABLE change_log ADD COLUMN entry_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE change_log ADD COLUMN parent_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE change_head ADD COLUMN entry_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE change_head ADD COLUMN parent_id BIGINT NOT NULL DEFAULT 0;
UPDATE change_head SET entry_id = ('x' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 12) || substr(replace(gen_random_uuid()::text, '-', ''), 1, 4))::bit(64)::bigint;
