"""What the platform tells people: notifications in the app and by mail.

Owns: notifications, how far each got on each channel, the log of attempts, and the templates' language and
rendering. It holds party ids and parameters of templates; names and addresses are asked of `user` at the
moment of writing and are not kept.

Never does: decide that something is worth telling (the center where it happened does); send inside a
transaction; keep what was rendered.

Invariants:
- A notification is written with the change it tells of: it is there exactly when that change is.
- Mail leaves after commit, at least once. A duplicate carries the same Message-ID and date.
- Mail of traffic that is not live never reaches the server of live mail: it goes to the stand-in that the
  settings name, or nowhere.
- The log of attempts is append-only.
"""
