"""What people are told, in the app and by mail; and what buyers and shops say to each other.

Owns: notifications, how far each got on each channel, the log of attempts; what parties want to be told and
when; how mail to their addresses fares; the templates' language, rendering, and the words that businesses
publish; conversations, reports of them, and what was done about those.

Holds party ids, parameters of templates, and the free text of conversations. Names and addresses are asked
of `user` at the moment of writing and are not kept.

Never does: decide that something is worth telling (the center where it happened does), or who may speak of
what (whoever owns the order or the product says whose it is); send or ask outside while a transaction is
open; keep what was rendered.

Invariants:
- A notification is written with the change it tells of: it is there exactly when that change is.
- Mail leaves after commit, at least once. A duplicate is the same mail to the byte.
- What keeps an account safe cannot be switched off; everything else leaves with a way out of its kind.
- Mail of traffic that is not live never reaches the server of live mail: it goes to the stand-in that the
  settings name, or nowhere.
- The log of attempts and published words are append-only.
- Messages of a conversation are numbered without gaps; what is unread and how far a side has read follow
  from them. A conversation is seen by its buyer, by staff of its shop, and by nobody else but the operator.
- Conversation states: open -> closed, blocked; closed -> open, blocked; blocked -> open, by who blocked it.
- When a party is forgotten, what it wrote and all that was said in its conversations as a buyer is empty.
"""
