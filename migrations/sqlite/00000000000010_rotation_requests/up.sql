-- What a rotation with an idempotency key was asked to do, in words; NULL in older rows. A repeated request must ask for the same.
ALTER TABLE key_rotations ADD COLUMN asked TEXT;
