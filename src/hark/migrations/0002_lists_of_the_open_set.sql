-- The lists of the open set, read from the index alone: without these a page reads every open conversation's row.
-- Both are partial, so a resolved conversation costs them nothing.
CREATE INDEX conversations_waiting ON conversations (workspace_id, wait_t0, id)
  INCLUDE (status, team_id, assignee_id, wait_f0, calendar_id, per_s, stake) WHERE status < 3 AND wait_t0 IS NOT NULL;
CREATE INDEX conversations_open_recent ON conversations (workspace_id, last_message_at DESC, id DESC)
  INCLUDE (status, team_id, assignee_id, wait_t0) WHERE status < 3;
