DROP INDEX integrations_of_a_level;
ALTER TABLE tenants DROP COLUMN audit_credential_reads;
DROP INDEX integration_credentials_remarkable;
