DROP INDEX projects_by_name_key;
ALTER TABLE projects DROP COLUMN name_key;
DROP INDEX groups_by_name_key;
ALTER TABLE authorization_groups DROP COLUMN name_key;
