DROP TABLE integration_reads;
DROP TABLE integration_credentials;
DROP TABLE integrations;
