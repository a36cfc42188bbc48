ALTER TABLE tenants DROP COLUMN support_sees_addresses;
