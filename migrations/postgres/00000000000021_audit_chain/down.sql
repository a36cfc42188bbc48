DROP TABLE audit_keys;
DROP TABLE audit_heads;
DROP INDEX audit_events_of_the_installation_in_order;
DROP INDEX audit_events_in_order;
ALTER TABLE audit_events DROP COLUMN mac;
ALTER TABLE audit_events DROP COLUMN seq;
