DROP TABLE access_requests;
DROP TABLE feature_rollouts;
DROP TABLE feature_switches;
