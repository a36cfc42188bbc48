-- How the counts of a batch are written. 1: as usage_journal's own migration says; rows that wait there now are so, and an
-- older Keystead that still runs writes no other. 2: as db::usage_batch says.
ALTER TABLE usage_journal ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
