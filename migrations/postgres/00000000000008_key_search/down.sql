DROP INDEX key_rotations_of_a_tenant;
DROP INDEX api_keys_toward_the_limit;
