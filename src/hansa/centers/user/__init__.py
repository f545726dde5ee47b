"""Who somebody is: parties, how they prove it, what they may do, and where they live.

Owns: parties (people, apps, guests), their e-mail and password, sessions and API tokens, roles, addresses.
It is the only center that stores personal data; everybody else keeps party ids and frozen address versions.

Never does: know what a permission is for; keep a cart, an order or a shop (those centers answer
`user.merge_guest`, `user.grants` and `user.personal_data`); store a password or token in the clear.

Invariants:
- An e-mail address logs in one party of the deployment, compared by its normalised form.
- A token is known by its hash alone; what ended never authenticates again, in any process, after about two
  seconds.
- A version of an address never changes: orders refer to it.
- Somebody who can act holds the operator role, once anybody did.
- A merged guest has ended every session and names the party it went into.
"""
