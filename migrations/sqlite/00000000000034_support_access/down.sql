DROP TABLE support_grants;
ALTER TABLE tenants DROP COLUMN support_sees_addresses;
