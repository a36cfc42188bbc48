ALTER TABLE change_log DROP COLUMN old_digest;
