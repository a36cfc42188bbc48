ALTER TABLE request_records DROP COLUMN last4;
DROP TABLE key_rotations;
ALTER TABLE api_keys DROP COLUMN revocation_reason;
ALTER TABLE api_keys DROP COLUMN rotated_at;
