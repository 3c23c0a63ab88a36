SELECT count(*), pg_sleep(0.05) FROM orders WHERE NOT paid;
