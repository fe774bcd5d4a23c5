"""What can be asked of a customer's message: the one a rule looks at, and of a conversation in a list its last one."""

from hark.filters.field import Field, Type, field

SENTIMENT = {"negative": 0, "neutral": 1, "positive": 2}
ORIGIN = {"unknown": 0, "proven": 1, "forged": 2}


def _of_message(type: Type, value: str, missing: str | None = None, **options: object) -> Field:
    """A field of the message; `missing` is its value where no customer has written."""
    found = f"(SELECT {value} FROM messages m WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.seq = @message)"
    return field(type, found if missing is None else f"coalesce({found}, {missing})", **options)


def _addresses(header: str) -> str:
    return f"ARRAY(SELECT lower(x->>'address') FROM jsonb_array_elements(m.headers->'{header}') x WHERE x ? 'address')"


FIELDS: dict[str, Field] = {
    "message.text": _of_message("text", "left(m.text, coalesce((m.headers->>'quoted_at')::int, 100000))", "''"),
    "message.subject": _of_message("text", "m.headers->>'subject'", "''"),
    "message.language": _of_message(
        "word",
        "lower(split_part(coalesce(nullif(m.lang, ''), (SELECT nullif(r.language, '') FROM readings r"
        " WHERE r.workspace_id = m.workspace_id AND r.message_id = m.id)), '-', 1))",
        nullable=True,
    ),
    "message.from": _of_message("texts", "array_remove(ARRAY[lower(m.headers #>> '{from,address}')], NULL)", "'{}'::text[]"),
    "message.to": _of_message("texts", _addresses("to"), "'{}'::text[]"),
    "message.cc": _of_message("texts", _addresses("cc"), "'{}'::text[]"),
    "message.account": _of_message(
        "id",
        "(SELECT n.account_id FROM endpoints n WHERE n.workspace_id = m.workspace_id AND n.id = m.endpoint_id)",
        nullable=True,
    ),
    "message.attachments": _of_message(
        "number",
        "(SELECT count(*)::int FROM attachments f WHERE f.workspace_id = m.workspace_id AND f.message_id = m.id AND NOT f.inline)",
        "0",
    ),
    "message.file": _of_message(
        "texts",
        "ARRAY(SELECT lower(f.name) FROM attachments f WHERE f.workspace_id = m.workspace_id AND f.message_id = m.id"
        " AND NOT f.inline)",
        "'{}'::text[]",
    ),
    "message.file_type": _of_message(
        "texts",
        "ARRAY(SELECT lower(f.content_type) FROM attachments f WHERE f.workspace_id = m.workspace_id AND f.message_id = m.id"
        " AND NOT f.inline)",
        "'{}'::text[]",
    ),
    "message.first": _of_message(
        "bool",
        "NOT EXISTS (SELECT FROM messages o WHERE o.workspace_id = m.workspace_id AND o.conversation_id = m.conversation_id"
        " AND o.kind = 1 AND o.direction = 1 AND o.seq < m.seq)",
        "false",
    ),
    "message.needs_answer": _of_message("bool", "m.needs_answer", "false"),
    "message.automatic": _of_message("bool", "coalesce((m.headers->>'machine')::bool, false)", "false"),
    "message.origin": _of_message(
        "choice",
        "CASE m.headers #>> '{authentication,verdict}' WHEN 'proven' THEN 1 WHEN 'forged' THEN 2 ELSE 0 END",
        "0",
        choices=ORIGIN,
    ),
    "message.mood": _of_message(
        "choice",
        "1 + coalesce((SELECT k.value FROM reading_corrections k WHERE k.workspace_id = m.workspace_id AND k.message_id = m.id"
        " AND k.task = 4 AND NOT k.undone), (SELECT (g->>'value')::int FROM readings r, jsonb_array_elements(r.guesses) g"
        " WHERE r.workspace_id = m.workspace_id AND r.message_id = m.id AND (g->>'task')::int = 4 AND (g->>'known')::bool))",
        choices=SENTIMENT, nullable=True,
    ),
    "message.angry": _of_message(
        "bool",
        "coalesce((SELECT r.signals & 2 <> 0 FROM readings r WHERE r.workspace_id = m.workspace_id AND r.message_id = m.id), false)",
        "false",
    ),
    "message.wants_person": _of_message(
        "bool",
        "coalesce((SELECT r.signals & 1 <> 0 FROM readings r WHERE r.workspace_id = m.workspace_id AND r.message_id = m.id), false)",
        "false",
    ),
    "message.wants_to_leave": _of_message(
        "bool",
        "coalesce((SELECT r.signals & 8 <> 0 FROM readings r WHERE r.workspace_id = m.workspace_id AND r.message_id = m.id), false)",
        "false",
    ),
}  # fmt: skip
UNDERSTOOD = frozenset(
    {"message.mood", "message.angry", "message.wants_person", "message.wants_to_leave", "message.language"}
)
"""Fields that are known only once a message has been read."""
