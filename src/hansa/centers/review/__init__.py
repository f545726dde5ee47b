"""Reviews: what buyers say of what they received, and what sellers say of buyers.

It owns the received lines that may be reviewed, everything written about them (a review with three scores, one
follow-up, the seller's reply, the seller's review of the buyer), what moderation decided and why, signals of
fraud, and the summaries of products and shops. It never keeps who somebody is (parties are ids), never stores
pictures (it refers to them) and never decides about orders.

Facts: an order is received when trade says it is finished; from then on its lines may be reviewed for a while.

Invariants
- A review stands on a line that its author received; one review per line, one follow-up, one reply, and one
  review of the buyer per order.
- Nobody reads the other side's review of an order before both have written all they may, or the window has
  ended: nothing can be written after it could be read (unless the business switches blindness off).
- What is held or refused is seen by its author and by moderators alone; each decision is kept, append-only.
- A summary is exactly the sum of the reviews that are shown (audited by `hansa verify`), and a few votes
  cannot swing the rating that is made of it.

States of what is written: `held` or `published` or `refused`; moderators publish and refuse in any order, and
each change is a row of `decision`. Shown is what is published, once its order is revealed.
"""
