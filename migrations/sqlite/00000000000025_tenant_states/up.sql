-- What is decided over a whole tenant.

-- Why none of its keys is accepted, while `suspended_at` is set.
ALTER TABLE tenants ADD COLUMN suspension_reason TEXT NOT NULL DEFAULT '';
