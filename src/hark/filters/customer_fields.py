"""What can be asked of the customer of a conversation: the person, their company, and what they did on the site."""

from hark.filters.conversation_fields import MINOR_UNITS
from hark.filters.field import Field, field

_COMPANY = "FROM companies k WHERE k.workspace_id = c.workspace_id AND k.id = c.company_id"
_PERSON = "FROM contacts p WHERE p.workspace_id = c.workspace_id AND p.id = c.contact_id"
_VISITS = "FROM visitors g JOIN visits v ON v.workspace_id = g.workspace_id AND v.visitor_id = g.id WHERE g.workspace_id = c.workspace_id AND g.contact_id = c.contact_id"  # fmt: skip
# Monthly revenue in major units of the workspace's currency; unknown where there is no rate for its own.
_REVENUE = f"""(SELECT s.minor / {MINOR_UNITS.format("s.currency", "s.currency")} * CASE WHEN s.currency = w.base_currency THEN 1
    ELSE (w.settings->'value'->'rates'->>s.currency)::float8 END
  FROM workspaces w CROSS JOIN LATERAL (
    SELECT coalesce(k.value_minor, p.value_minor) AS minor, coalesce(CASE WHEN k.value_minor IS NULL THEN p.currency
      ELSE k.currency END, w.base_currency)::text AS currency
    FROM contacts p LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id
    WHERE p.workspace_id = c.workspace_id AND p.id = c.contact_id) s
  WHERE w.id = c.workspace_id)"""

FIELDS: dict[str, Field] = {
    "name": field("text", f"coalesce((SELECT p.name {_PERSON}), '')"),
    "address": field(
        "texts",
        "ARRAY(SELECT i.value FROM identities i WHERE i.workspace_id = c.workspace_id AND i.contact_id = c.contact_id"
        " AND i.kind = 1)",
    ),
    "customer_language": field(
        "word", f"lower(split_part(nullif((SELECT p.locale {_PERSON}), ''), '-', 1))", nullable=True
    ),
    "known_since": field("time", f"(SELECT p.created_at {_PERSON})"),
    "identified": field(
        "bool",
        "EXISTS (SELECT FROM identities i WHERE i.workspace_id = c.workspace_id AND i.contact_id = c.contact_id"
        " AND (i.verified_at IS NOT NULL OR i.kind = 3))",
    ),
    "unsubscribed": field(
        "bool",
        "EXISTS (SELECT FROM identities i JOIN suppressions u ON u.workspace_id = i.workspace_id AND u.address = i.value"
        " WHERE i.workspace_id = c.workspace_id AND i.contact_id = c.contact_id AND i.kind = 1)",
    ),
    "vip": field(
        "bool", f"(EXISTS (SELECT {_PERSON} AND p.vip) OR EXISTS (SELECT {_COMPANY} AND k.vip))"
    ),
    "conversations": field(
        "number",
        "(SELECT count(*)::int FROM conversations o WHERE o.workspace_id = c.workspace_id AND o.contact_id = c.contact_id"
        " AND o.status < 4)",
    ),
    "open_conversations": field(
        "number",
        "(SELECT count(*)::int FROM conversations o WHERE o.workspace_id = c.workspace_id AND o.contact_id = c.contact_id"
        " AND o.status < 3)",
    ),
    "revenue": field("measure", _REVENUE, unit="money", nullable=True),
    "plan": field("word", f"(SELECT k.plan {_COMPANY})", nullable=True),
    "company_name": field("text", f"coalesce((SELECT k.name {_COMPANY}), '')"),
    "company_domain": field("word", f"(SELECT k.domain {_COMPANY})", nullable=True),
    "customer_since": field("time", f"(SELECT k.customer_since::timestamptz {_COMPANY})", nullable=True),
    "renewal": field("time", f"(SELECT k.renewal_on::timestamptz {_COMPANY})", nullable=True),
    "visits": field("number", f"(SELECT count(*)::int {_VISITS})"),
    "page": field(
        "texts",
        "ARRAY(SELECT lower(f.data->>'url') FROM visitors g JOIN visits v ON v.workspace_id = g.workspace_id AND v.visitor_id = g.id"
        " JOIN visit_facts f ON f.workspace_id = v.workspace_id AND f.visit_id = v.id WHERE g.workspace_id = c.workspace_id"
        " AND g.contact_id = c.contact_id AND f.kind IN (1, 2) AND f.data ? 'url')",
    ),
    "came_from": field("texts", f"ARRAY(SELECT lower(v.referrer) {_VISITS} AND v.referrer <> '')"),
    "site_event": field(
        "texts",
        "ARRAY(SELECT lower(f.data->>'name') FROM visitors g JOIN visits v ON v.workspace_id = g.workspace_id AND v.visitor_id = g.id"
        " JOIN visit_facts f ON f.workspace_id = v.workspace_id AND f.visit_id = v.id WHERE g.workspace_id = c.workspace_id"
        " AND g.contact_id = c.contact_id AND f.kind = 7 AND f.data ? 'name')",
    ),
}  # fmt: skip

ATTRIBUTES = {
    "contact": field(
        "attribute",
        "(SELECT p.attributes ->> @argument::text FROM contacts p WHERE p.workspace_id = c.workspace_id AND p.id = c.contact_id)",
        nullable=True,
    ),
    "conversation": field("attribute", "(c.attributes ->> @argument::text)", nullable=True),
}  # fmt: skip
"""Attributes by what carries them: `contact.<name>`, `conversation.<name>`."""
