-- Forgetting a person on request, and what answers without waiting still lacked.

-- the help centre: a picture of a collection's own instead of one of the drawn signs
ALTER TABLE help_collections ADD COLUMN picture_id uuid;
ALTER TABLE help_collections ADD CONSTRAINT help_collections_picture
  FOREIGN KEY (workspace_id, picture_id) REFERENCES help_files ON DELETE SET NULL (picture_id);

-- language models that answer customers: allowed by the workspace, asked by bots, each question once in the log
ALTER TABLE ai_settings ADD COLUMN answers_customers boolean NOT NULL DEFAULT false,
  ADD COLUMN past_answers boolean NOT NULL DEFAULT false;     -- also from what was answered to others, made safe
ALTER TABLE ai_calls DROP CONSTRAINT ai_calls_task_check, ADD CONSTRAINT ai_calls_task_check CHECK (task BETWEEN 0 AND 6);
ALTER TABLE bot_calls ALTER COLUMN request DROP NOT NULL,
  ADD COLUMN question jsonb,              -- hark.bots.effects.Search: a language model is to be asked, not a server
  ADD CONSTRAINT bot_calls_one CHECK (num_nonnulls(request, question) = 1);

-- suggestions: what confidence is corrected by, and articles that were shown beside suggested replies
ALTER TABLE suggestion_offers ADD COLUMN odds real[],          -- log-odds of each by the curve all workspaces share
  ADD CONSTRAINT suggestion_offers_as_many_odds CHECK (cardinality(odds) = cardinality(sources));
CREATE TABLE article_offers (              -- articles somebody had in view while answering, and what became of them
  workspace_id int NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  agent_id int NOT NULL,
  at timestamptz NOT NULL,
  articles int[] NOT NULL,                -- in the order shown
  languages text[] NOT NULL,
  ways smallint[] NOT NULL,               -- of each: 0 nothing, 1 opened, 2 a passage of it inserted, 3 a link to it inserted
  answered_at timestamptz,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents ON DELETE CASCADE,
  CONSTRAINT article_offers_as_many CHECK (cardinality(articles) = cardinality(languages) AND cardinality(articles) = cardinality(ways))
);
CREATE INDEX article_offers_open ON article_offers (workspace_id, conversation_id, agent_id) WHERE answered_at IS NULL;
CREATE INDEX article_offers_answered ON article_offers (workspace_id, answered_at) WHERE answered_at IS NOT NULL;

-- erasing people
CREATE TABLE erasures (                    -- somebody is forgotten on request: what a worker has still to do, and when it was done
  workspace_id int NOT NULL,
  contact_id uuid NOT NULL,
  contact_ids uuid[] NOT NULL,             -- with those merged into it
  cut uuid NOT NULL,                       -- UUIDv7: what is younger belongs to whoever writes from the same address later
  known jsonb NOT NULL,                    -- hark.privacy.types.Known: what the rest is found by; emptied at the end
  after_id uuid,                           -- the last conversation that is done
  done int NOT NULL DEFAULT 0,
  total int NOT NULL,                      -- conversations
  requested_at timestamptz NOT NULL,
  requested_by int,
  attempts smallint NOT NULL DEFAULT 0,
  next_try_at timestamptz NOT NULL,
  lease_until timestamptz,                 -- a worker is at it until then, and renews it
  problem text,                            -- why it could not go on, in a sentence for people; it is tried again
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, contact_id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts,
  FOREIGN KEY (workspace_id, requested_by) REFERENCES agents ON DELETE SET NULL (requested_by)
);
CREATE INDEX erasures_due ON erasures (next_try_at) WHERE finished_at IS NULL;
-- Who was merged into somebody, what one person has written, and which lines of the ledger tell of a conversation beside its
-- mails: asked by an erasure and by a copy of somebody's data, which must not read millions of others' rows for it.
CREATE INDEX contacts_merged ON contacts (workspace_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX messages_author ON messages (workspace_id, author_id) WHERE author_kind = 3;
CREATE INDEX intake_conversation ON intake_items (workspace_id, conversation_id) WHERE source = 7 OR fate > 2;

-- embeddings: what live texts mean, by the model that the operator set
CREATE TABLE article_vectors (
  workspace_id int NOT NULL,
  article_id int NOT NULL,
  language text NOT NULL,
  number int NOT NULL,                     -- the version that was read
  model text NOT NULL,                     -- vectors of different models do not compare
  passages smallint NOT NULL,              -- 0: there was no text
  vectors bytea NOT NULL,                  -- float16, one unit vector per passage
  PRIMARY KEY (workspace_id, article_id, language),
  FOREIGN KEY (workspace_id, article_id, language) REFERENCES article_texts ON DELETE CASCADE,
  CONSTRAINT article_vectors_whole CHECK (octet_length(vectors) % greatest(passages, 1) = 0)
);

-- rules: replies, and how much automatic mail an address has had
CREATE INDEX outbox_automatic ON outbox (workspace_id, lower(body #>> '{to,0,address}'), created_at)
  WHERE body ? 'bot' OR body ? 'rule';
CREATE TABLE rule_calls (                  -- a server is to be told what a rule did; taken by lease, no transaction open meanwhile
  workspace_id int NOT NULL,
  id uuid NOT NULL,
  rule_id int NOT NULL,
  conversation_id uuid NOT NULL,
  url text NOT NULL,
  body jsonb NOT NULL,                     -- ids and words of the conversation, no text of anybody
  tries smallint NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,             -- also the end of the lease
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, rule_id) REFERENCES rules ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX rule_calls_due ON rule_calls (due_at);

-- suggestions: what a learned reply and its question mean, where the operator has set a model; gone with the reply
CREATE TABLE reply_vectors (
  workspace_id int NOT NULL,
  message_id uuid NOT NULL,
  model text NOT NULL,                     -- vectors of different models do not compare
  vector bytea NOT NULL,                   -- float16, of length 1 or nothing
  PRIMARY KEY (workspace_id, message_id),
  FOREIGN KEY (workspace_id, message_id) REFERENCES learned_replies ON DELETE CASCADE
);
