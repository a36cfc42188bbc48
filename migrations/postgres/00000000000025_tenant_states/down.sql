DROP INDEX tenants_by_name_key;
ALTER TABLE tenants DROP COLUMN name_key;
ALTER TABLE tenants DROP COLUMN suspension_reason;
