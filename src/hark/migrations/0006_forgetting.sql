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
