"""How events that a transaction tells are written: by whoever commits, alone or along with its own rows."""

EVENT_COLUMNS = 11
"""How many parameters the statement has: one array per column, $1 to $11."""

INSERT_EVENTS = """
INSERT INTO kernel.outbox
  (id, topic, version, subject, business, traffic, entity, actor, trace, occurred_at, payload)
SELECT id, topic, version, subject, business, traffic, entity, actor, trace, occurred_at, payload::jsonb
  FROM unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
              $9::text[], $10::timestamptz[], $11::text[])
    AS told (id, topic, version, subject, business, traffic, entity, actor, trace, occurred_at, payload)
"""
