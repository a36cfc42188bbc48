DROP TABLE limit_messages;
ALTER TABLE limit_requests DROP COLUMN awaits_tenant;
