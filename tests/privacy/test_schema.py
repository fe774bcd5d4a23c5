"""Every column that could hold a person's words is accounted for: erased with them, or kept for a reason."""

from hark.core.db import Db

ERASED = {
    "ai_calls": "sent answer problem",
    "attachments": "name content_type cid blob_key",
    "audit_log": "subject",
    "bot_calls": "block_id request question",
    "bot_replays": "request flow result problem",
    "bot_runs": "state",
    "bot_troubles": "block_id sentence",
    "contacts": "name locale tz attributes",
    "conversations": "subject preview attributes",
    "drafts": "body",
    "endpoints": "thread_key refs",
    "erasures": "known",
    "idempotency_keys": "body",
    "identities": "value",
    "intake_items": "envelope blob_key sha256 reason mail tokens",
    "message_search": "tokens",
    "messages": "text html_key headers external_id",
    "outbox": "body provider_id error",
    "parked_events": "error",
    "reply_vectors": "model vector",
    "rule_calls": "url body",
    "rule_runs": "problem",
    "suggestion_offers": "inserted",
    "suppressions": "address",
    "thread_ids": "external_id",
    "understanding_models": "blob_key",
    "visit_facts": "data",
    "visitors": "token_hash user_id address profile",
    "visits": "landing referrer",
}
"""Table -> columns that `hark.privacy` empties or whose rows it deletes."""

FACTS = {
    "ai_calls": "model",
    "article_offers": "articles languages ways",
    "audit_log": "action data",
    "bot_facts": "block_id",
    "contacts": "currency",
    "conversations": "tag_ids journey",
    "episodes": "repliers",
    "erasures": "contact_ids problem",
    "event_cursors": "consumer",
    "events": "data",
    "idempotency_keys": "actor key request_hash",
    "import_runs": "source problem",
    "intake_items": "external_id",  # a hash of the mail, or a random id: it keeps the same mail from coming back
    "messages": "author_id mentions lang",
    "offers": "why",
    "parked_events": "consumer",
    "readings": "language guesses",
    "rule_runs": "did",
    "simulation_runs": "scenario result problem",
    "suggestion_offers": "sources confidences odds",
    "timers": "data",
    "understanding_models": "report problem",
    "webhook_tokens": "token content",
}
"""What happened, in ids, numbers, codes and hashes: figures are made of it."""

TEAM = {
    "account_aliases", "agent_work", "agents", "ai_settings", "api_tokens", "article_redirects", "article_texts",
    "article_vectors", "article_versions", "articles", "bot_versions", "bots", "calendar_feeds", "calendar_versions",
    "calendars", "canned_replies", "channel_accounts", "companies", "dkim_keys", "event_logs", "help_centres",
    "help_collection_texts", "help_collections", "help_domains", "help_file_uses", "help_files", "help_imports",
    "oauth_clients", "oauth_flows", "oauth_grants", "report_addresses", "report_mails", "report_schedules", "roles", "rules",
    "saved_reports", "schema_migrations", "search_synonyms", "sessions", "sign_in_attempts", "skills", "sla_policies", "tags",
    "team_routing", "teams", "topics", "value_fits", "value_versions", "workspaces",
}  # fmt: skip
"""What the team has set up or written for everybody, and its own people: docs/admin/data-protection.md says so."""


async def test_every_column_is_accounted_for(db: Db) -> None:
    rows = await db.pool.fetch(
        "SELECT table_name AS t, array_agg(column_name::text) AS columns FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name) WHERE table_schema = 'public'"
        " AND table_type = 'BASE TABLE' AND data_type IN ('text', 'character varying', 'character', 'jsonb', 'json', 'bytea',"
        " 'tsvector', 'ARRAY') GROUP BY 1"
    )
    there = {(row["t"], column) for row in rows if row["t"] not in TEAM for column in row["columns"]}
    known = {(table, column) for table, columns in [*ERASED.items(), *FACTS.items()] for column in columns.split()}
    assert there - known == set(), (
        "may these hold a person's words? Then erase them in src/hark/privacy; then name them here"
    )
    assert known - there == set(), "these are there no more: take them out"
    assert {row["t"] for row in rows} >= TEAM
