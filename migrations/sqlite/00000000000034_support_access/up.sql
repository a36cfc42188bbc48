-- What a tenant lets support staff see.

-- Addresses and paths, when staff explains a request.
ALTER TABLE tenants ADD COLUMN support_sees_addresses BOOLEAN NOT NULL DEFAULT FALSE;
