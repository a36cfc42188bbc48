DROP TABLE verifiers;
