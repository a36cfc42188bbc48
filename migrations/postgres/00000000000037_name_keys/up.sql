-- The names of groups and projects without regard to case and Unicode form, by which they are unique in their tenant, as
-- those of tenants are. The server fills them in at its start (`db::name_keys`).
ALTER TABLE authorization_groups ADD COLUMN name_key TEXT COLLATE "C";
CREATE UNIQUE INDEX groups_by_name_key ON authorization_groups (tenant_id, name_key);
ALTER TABLE projects ADD COLUMN name_key TEXT COLLATE "C";
CREATE UNIQUE INDEX projects_by_name_key ON projects (tenant_id, name_key);
-- Anew: what nobody sees is no longer part of it, and the capital sharp s is one of two.
UPDATE tenants SET name_key = NULL;
