-- The digest that a key had before it was moved to another pepper: whoever follows the log drops it from memory.
ALTER TABLE change_log ADD COLUMN old_digest BLOB;
