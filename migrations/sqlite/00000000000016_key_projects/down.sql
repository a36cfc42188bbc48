-- Keys of projects become keys of the whole tenant.
ALTER TABLE api_keys DROP COLUMN project_id;
