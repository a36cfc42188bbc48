-- What is decided over a whole tenant.

-- Why none of its keys is accepted, while `suspended_at` is set.
ALTER TABLE tenants ADD COLUMN suspension_reason TEXT NOT NULL DEFAULT '';

-- The name without regard to case and Unicode form, by which it is unique. No database folds names as Keystead does, so
-- the server fills it in at its start (`db::tenants::fill_name_keys`). Of tenants that share a name already, the oldest
-- has the plain one, and the others have their id behind it; none of them is renamed.
ALTER TABLE tenants ADD COLUMN name_key TEXT COLLATE "C";
CREATE UNIQUE INDEX tenants_by_name_key ON tenants (name_key);
