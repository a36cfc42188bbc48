DROP TABLE limit_ends;
