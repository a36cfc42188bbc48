ALTER TABLE tenants DROP COLUMN suspension_reason;
