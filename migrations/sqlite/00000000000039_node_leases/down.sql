DROP TABLE change_confirmations;
DROP TABLE node_leases;
