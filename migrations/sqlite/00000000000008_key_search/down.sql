DROP INDEX api_keys_toward_the_limit;
