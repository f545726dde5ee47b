"""How events that a transaction tells are written: by whoever commits, alone or along with its own rows."""

INSERT_EVENTS = """
INSERT INTO kernel.outbox
  (id, topic, version, subject, business, traffic, entity, actor, trace, occurred_at, payload)
SELECT id, topic, version, subject, business, traffic, entity, actor, trace, occurred_at, payload::jsonb
  FROM unnest($1::kernel.new_event[])
"""
