"""Every SQL statement of search. Names of tables depend on a slot, which is 0 or 1 and nothing else."""
