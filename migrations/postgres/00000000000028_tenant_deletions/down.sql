DROP INDEX audit_events_by_kind_of_actor;
ALTER TABLE tenants DROP COLUMN deletion_begun_at;
ALTER TABLE tenants DROP COLUMN deletion_reason;
ALTER TABLE tenants DROP COLUMN deletion_by;
ALTER TABLE tenants DROP COLUMN deletion_at;
