ALTER TABLE key_rotations DROP COLUMN asked;
