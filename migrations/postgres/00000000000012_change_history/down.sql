ALTER TABLE change_log DROP COLUMN parent_id;
ALTER TABLE change_log DROP COLUMN entry_id;
ALTER TABLE change_head DROP COLUMN parent_id;
ALTER TABLE change_head DROP COLUMN entry_id;
