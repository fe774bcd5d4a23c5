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

-- signing in with OAuth 2 ----------------------------------------------------------------------------------------------

-- The registration of this workspace at a provider: who Hark is there. `tenant` is Microsoft's alone.
CREATE TABLE oauth_clients (
  workspace_id int NOT NULL REFERENCES workspaces,
  provider text NOT NULL CHECK (provider IN ('google', 'microsoft')),
  client_id text NOT NULL CHECK (client_id <> ''),
  client_secret text NOT NULL,          -- encrypted
  tenant text NOT NULL DEFAULT 'common',
  secret_expires_on date,               -- as the administrator says: no provider tells
  PRIMARY KEY (workspace_id, provider)
);

-- A sign-in under way, for an hour at most.
CREATE TABLE oauth_flows (
  workspace_id int NOT NULL REFERENCES workspaces,
  id uuid NOT NULL,
  provider text NOT NULL CHECK (provider IN ('google', 'microsoft')),
  way text NOT NULL CHECK (way IN ('code', 'device')),
  account_id int,                       -- NULL: a mailbox is made when the sign-in succeeds
  address text NOT NULL DEFAULT '',     -- its address; '': the one that was signed in
  agent_id int NOT NULL,
  session_id uuid,                      -- the browser the code must come back to
  secret text NOT NULL,                 -- encrypted: the PKCE verifier, or the device code
  user_code text NOT NULL DEFAULT '',
  verification_uri text NOT NULL DEFAULT '',
  interval_s int NOT NULL DEFAULT 5,
  next_poll_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  state smallint NOT NULL DEFAULT 0,    -- 0 waiting 1 its code is being exchanged 2 done 3 failed
  problem text,
  subject text NOT NULL DEFAULT '',     -- who was signed in
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES channel_accounts
);

-- What a mailbox may: the tokens of its last sign-in. Renewed by one process at a time (`lease_until`).
CREATE TABLE oauth_grants (
  workspace_id int NOT NULL,
  account_id int NOT NULL,
  provider text NOT NULL CHECK (provider IN ('google', 'microsoft')),
  client_id text NOT NULL,              -- the registration these tokens belong to
  public boolean NOT NULL DEFAULT false,-- by device code: Microsoft then takes no client secret
  subject text NOT NULL,                -- the account that was signed in
  scope text NOT NULL,
  refresh_token text NOT NULL,          -- encrypted
  access_token text NOT NULL,           -- encrypted
  expires_at timestamptz NOT NULL,      -- of the access token
  granted_at timestamptz NOT NULL,
  ends_at timestamptz,                  -- when the sign-in itself ends, where the provider says so
  next_try_at timestamptz NOT NULL,     -- not to be renewed before
  failures smallint NOT NULL DEFAULT 0, -- in a row; one that will not pass by itself counts twice
  failing_since timestamptz,
  reason text,                          -- of the last failure
  ended boolean NOT NULL DEFAULT false, -- the provider takes the refresh token no more: a person must sign in
  lease uuid,
  lease_until timestamptz,
  PRIMARY KEY (workspace_id, account_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES channel_accounts
);

-- sending --------------------------------------------------------------------------------------------------------------

-- Further addresses of a mailbox: mail to them arrives in it, and it may answer from them.
CREATE TABLE account_aliases (
  workspace_id int NOT NULL,
  account_id int NOT NULL,
  address text NOT NULL CHECK (address = lower(address)),
  PRIMARY KEY (workspace_id, address),
  FOREIGN KEY (workspace_id, account_id) REFERENCES channel_accounts
);
CREATE INDEX account_aliases_account ON account_aliases (workspace_id, account_id);

-- Keys that sign our mail (DKIM). One signs while `active_at` is set and `retired_at` is not.
CREATE TABLE dkim_keys (
  workspace_id int NOT NULL REFERENCES workspaces,
  domain text NOT NULL CHECK (domain = lower(domain)),
  selector text NOT NULL,
  algorithm text NOT NULL CHECK (algorithm IN ('rsa', 'ed25519')),
  private_key text NOT NULL,            -- encrypted
  public_key text NOT NULL,             -- p= of its record
  created_at timestamptz NOT NULL,
  active_at timestamptz,
  retired_at timestamptz,
  checked_at timestamptz,               -- when DNS was last asked for it
  published boolean,                    -- what DNS said; NULL: it did not answer
  checked text,                         -- the sentence about that
  PRIMARY KEY (workspace_id, domain, selector)
);
CREATE UNIQUE INDEX dkim_keys_active ON dkim_keys (workspace_id, domain, algorithm)
  WHERE active_at IS NOT NULL AND retired_at IS NULL;

-- Addresses that want no automatic mail (RFC 8058). Answers that a person writes still reach them.
CREATE TABLE suppressions (
  workspace_id int NOT NULL REFERENCES workspaces,
  address text NOT NULL CHECK (address = lower(address)),
  reason smallint NOT NULL,             -- 1 unsubscribed 2 marked a mail of ours as spam
  at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, address)
);

-- Mails of which nobody knows whether they have left: mail that comes in may tell.
CREATE INDEX outbox_unknown ON outbox (workspace_id) WHERE state = 6;

-- providers' webhooks --------------------------------------------------------------------------------------------------

-- Tokens of signed posts and what came with them: one is good for one content (Mailgun signs the token alone).
CREATE TABLE webhook_tokens (
  workspace_id int NOT NULL,
  account_id int NOT NULL,
  token text NOT NULL,
  content bytea NOT NULL,               -- SHA-256
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, account_id, token),
  FOREIGN KEY (workspace_id, account_id) REFERENCES channel_accounts
);
-- The id that a provider gave a mail of ours is the last word of its answer.
CREATE INDEX outbox_provider_id ON outbox (workspace_id, (substring(provider_id FROM '[^ ]+$')))
  WHERE provider_id IS NOT NULL;

-- silence --------------------------------------------------------------------------------------------------------------

-- Whether a mailbox tells when it is silent for longer than usual; what is usual is learned from intake_items.
ALTER TABLE channel_accounts ADD COLUMN silence_alarm boolean NOT NULL DEFAULT true;

-- messenger ------------------------------------------------------------------------------------------------------------

ALTER TABLE endpoints ADD COLUMN read_at timestamptz;  -- when its visitor read up to `read_seq`
