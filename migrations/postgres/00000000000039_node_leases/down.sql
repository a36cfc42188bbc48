DROP TRIGGER announce_change ON change_head;
DROP FUNCTION announce_change();
DROP TABLE change_confirmations;
DROP TABLE node_leases;
