"""The outside world: registered apps, what shops let them do, and webhooks that leave the house.

Owns: apps as others may install them (scopes, texts), installations per shop with the scopes that were
granted, which tokens an installation has, webhook endpoints with their secrets, and what was told to whom: the
public events of shops that somebody listens to, their deliveries and attempts.
Never does: decide what happened (the centers below do), hand out an event as it is inside the house, keep
anything personal, or send within a transaction.

Facts: `user` owns the app as a party and its tokens' secrets; a token does what its installation still has.

Invariants:
- an installation holds no scope its app does not ask for, and none the installer did not hold;
- an endpoint is told only what its shop, or a shop that installed its app, let it see, in its own business
  and traffic class; what is not live never meets what is;
- a public event is written once, and leaves at least once, always under the same `webhook-id`;
- no request leaves for an address of this network: what was checked is what is connected to.

States. Endpoint: active -> disabled -> active, both -> removed. Delivery: due -> delivered, waiting (for its
next attempt) or failed; waiting -> due; whatever is settled -> due again when it is replayed; skipped while the
endpoint was disabled.
"""
