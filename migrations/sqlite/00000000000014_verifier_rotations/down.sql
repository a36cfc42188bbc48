-- Old tokens that still work stop working.
DROP TABLE verifier_usage;
DROP TABLE verifier_rotations;
