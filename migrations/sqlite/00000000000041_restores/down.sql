DROP TABLE restores;
ALTER TABLE change_log DROP COLUMN stops;
