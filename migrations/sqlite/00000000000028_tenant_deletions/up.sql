-- When a tenant is deleted with all that is its own, who decided that, and why. Until then it can be taken back.
ALTER TABLE tenants ADD COLUMN deletion_at TIMESTAMP;
ALTER TABLE tenants ADD COLUMN deletion_by TEXT NOT NULL DEFAULT '';
ALTER TABLE tenants ADD COLUMN deletion_reason TEXT NOT NULL DEFAULT '';
-- From this moment on its keys are in no server's index, and nothing is taken back any more.
ALTER TABLE tenants ADD COLUMN deletion_begun_at TIMESTAMP;

-- What staff did in a tenant, newest first, however long its log is.
CREATE INDEX audit_events_by_kind_of_actor ON audit_events (tenant_id, actor_kind, id);
