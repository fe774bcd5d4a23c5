-- Mail truth: what receiving, sending and the ledger need beside the foundation.

-- the ledger page ------------------------------------------------------------------------------------------------------

-- Who, to whom, what about and which Message-ID (hark.intake.summary), and the words it is found by. Written with the
-- fate; the worker adds what came before this version or could not be read (`tokens` NULL).
ALTER TABLE intake_items ADD COLUMN mail jsonb;
ALTER TABLE intake_items ADD COLUMN tokens tsvector;
CREATE INDEX intake_words ON intake_items USING gin (tokens) WHERE tokens IS NOT NULL;
CREATE INDEX intake_undescribed ON intake_items (id) WHERE tokens IS NULL AND fate <> 0 AND source <> 7;
-- One look at the newest lines of any mailbox, way and fate, and at their counts, without the rows themselves.
DROP INDEX intake_recent;
CREATE INDEX intake_recent ON intake_items (workspace_id, received_at DESC, id DESC) INCLUDE (account_id, fate, source);
-- The rare fates, which a walk through the newest would look for too long.
CREATE INDEX intake_fate ON intake_items (workspace_id, fate, received_at DESC, id DESC) WHERE fate > 2;
