-- Messenger and realtime teamwork: visitors, their visits, who is here, and what a live thread needs.

ALTER TABLE channel_accounts ADD COLUMN away_patience_s int CHECK (away_patience_s > 0); -- m once a live customer has
                                        -- left; NULL: nobody is ever live on this account
ALTER TABLE waits ADD COLUMN live boolean NOT NULL DEFAULT false;  -- the customer has been there all the time
ALTER TABLE teams ADD COLUMN reply_lock boolean NOT NULL DEFAULT false;  -- only the assignee answers
ALTER TABLE agents ADD COLUMN picture_key text;                          -- file with the person's picture
ALTER TABLE agents ADD COLUMN availability smallint NOT NULL DEFAULT 1
  CONSTRAINT agents_availability CHECK (availability BETWEEN 1 AND 3);   -- by hand: 1 online 2 busy 3 away

-- Somebody with our messenger on their page. Made when they first open it, write, or may be followed; a contact only
-- when they write or are identified.
CREATE TABLE visitors (
  workspace_id int NOT NULL,
  id uuid NOT NULL,
  account_id int NOT NULL,
  contact_id uuid,
  token_hash bytea NOT NULL,
  user_id text,                         -- `sub` of the signed token that identified them
  address text,                         -- typed by the visitor: where answers go when they leave; proves nothing
  profile jsonb NOT NULL DEFAULT '{}',  -- device, language, zone, as far as it may be collected
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  CONSTRAINT visitors_token_key UNIQUE (token_hash),
  FOREIGN KEY (workspace_id, account_id) REFERENCES channel_accounts,
  FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts ON DELETE SET NULL (contact_id)
);
CREATE INDEX visitors_contact ON visitors (workspace_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX visitors_user ON visitors (workspace_id, account_id, user_id) WHERE user_id IS NOT NULL;

-- A messenger thread is an endpoint: live while its visitor is there, `read_seq` says how far they have read.
ALTER TABLE endpoints ADD COLUMN visitor_id uuid;
ALTER TABLE endpoints ADD COLUMN read_seq int NOT NULL DEFAULT 0;
ALTER TABLE endpoints ADD FOREIGN KEY (workspace_id, visitor_id) REFERENCES visitors ON DELETE SET NULL (visitor_id);
CREATE INDEX endpoints_visitor ON endpoints (workspace_id, visitor_id) WHERE visitor_id IS NOT NULL;
CREATE INDEX endpoints_live ON endpoints (live_until) WHERE live_until IS NOT NULL;

ALTER TABLE attachments ADD COLUMN visitor_id uuid;      -- the visitor who has uploaded it and not posted it yet
ALTER TABLE attachments ADD FOREIGN KEY (workspace_id, visitor_id) REFERENCES visitors ON DELETE SET NULL (visitor_id);
CREATE INDEX attachments_visitor ON attachments (workspace_id, visitor_id) WHERE visitor_id IS NOT NULL;
CREATE UNIQUE INDEX channel_accounts_messenger ON channel_accounts (address) WHERE kind = 2;  -- the key a page knows
CREATE INDEX reads_conversation ON reads (workspace_id, conversation_id) INCLUDE (seq);       -- "the team has read it"
CREATE INDEX events_merged ON events (workspace_id, conversation_id) WHERE kind = 12;         -- where it has ever been

-- What happens before the first message. Facts, outside the journal: many, never corrected, forgotten by age.
CREATE TABLE visits (
  workspace_id int NOT NULL REFERENCES workspaces,
  id uuid NOT NULL,
  account_id int NOT NULL,
  visitor_id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  landing text NOT NULL DEFAULT '',
  referrer text NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, visitor_id) REFERENCES visitors ON DELETE CASCADE
);
CREATE INDEX visits_visitor ON visits (workspace_id, visitor_id, started_at DESC);
CREATE INDEX visits_age ON visits (workspace_id, started_at);
CREATE INDEX visitors_age ON visitors (workspace_id, created_at) WHERE contact_id IS NULL;

CREATE TABLE visit_facts (
  workspace_id int NOT NULL,
  visit_id uuid NOT NULL,
  at timestamptz NOT NULL,
  kind smallint NOT NULL,               -- hark.visits.types.FactKind
  data jsonb NOT NULL DEFAULT '{}',
  CONSTRAINT visit_facts_visit FOREIGN KEY (workspace_id, visit_id) REFERENCES visits ON DELETE CASCADE
);
CREATE INDEX visit_facts_visit ON visit_facts (workspace_id, visit_id, at);
CREATE INDEX visit_facts_age ON visit_facts USING brin (at);

-- Which tab of which person is open where. Losing it in a crash is harmless: every open tab writes itself again.
CREATE UNLOGGED TABLE agent_presence (
  workspace_id int NOT NULL,
  connection uuid NOT NULL,
  agent_id int NOT NULL,
  idle boolean NOT NULL DEFAULT false,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, connection)
);
