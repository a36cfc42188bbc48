-- The project that a key belongs to; without one it is the whole tenant's.
ALTER TABLE api_keys ADD COLUMN project_id TEXT REFERENCES projects (id);
