-- A big made-up desk, computed on the server (see seed.py). Every value follows from the row's number, so each part can
-- be made by itself. Settings of the session: bench.conversations, bench.contacts, bench.companies, bench.now (unix).
-- Everything belongs to workspace 1 of a database of its own; weekday hours 9 to 18 UTC are its only calendar.

-- part: helpers
CREATE FUNCTION bench_u(n bigint, salt int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT (hashint8extended(n, salt) & 1048575) / 1048576.0::float8 $$;
CREATE FUNCTION bench_pick(n bigint, salt int, among int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT (1 + (hashint8extended(n, salt) & 1073741823) % among)::int $$;
-- Time-ordered as UUIDv7 is. kind: 1 contact 2 company 3 identity 4 conversation 5 endpoint 6 message 7 attachment.
CREATE FUNCTION bench_id(at float8, kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT (lpad(to_hex((at * 1000)::bigint), 12, '0') || '700' || kind || '8' || lpad(to_hex(n), 15, '0'))::uuid $$;
CREATE FUNCTION bench_contact(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT bench_id(1500000000, 1, n) $$;
CREATE FUNCTION bench_company(n bigint, companies int) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT CASE WHEN bench_u(n, 11) < 0.6 THEN bench_id(1500000000, 2, bench_pick(n, 12, companies)) END $$;
-- F of the calendar: open seconds since the Monday 2000-01-03.
CREATE FUNCTION bench_f(t float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor((t - 946857600) / 604800) * 162000 + least(floor((t - 946857600) / 86400)::bigint % 7, 5) * 32400
    + CASE WHEN floor((t - 946857600) / 86400)::bigint % 7 < 5
      THEN greatest(least(t - 946857600 - floor((t - 946857600) / 86400) * 86400 - 32400, 32400), 0) ELSE 0 END $$;
CREATE FUNCTION bench_name(n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ('{Ada,Bela,Chiara,Dario,Elif,Farid,Greta,Hanna,Ivo,Jisoo,Kenji,Lucia,Marek,Nadia,Olga,Piero,Quinn,Rosa,Sora,Tomas,Uma,Vera,Wen,Yuna}'::text[])[bench_pick(n, 21, 24)]
  || ' ' || ('{Abe,Bianchi,Choi,Dubois,Eriksen,Ferri,Garcia,Haas,Ito,Jansen,Kim,Lopez,Moreau,Novak,Okafor,Park,Rossi,Silva,Tanaka,Weber}'::text[])[bench_pick(n, 22, 20)] $$;
CREATE FUNCTION bench_subject(n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ('{Cannot sign in,Invoice is wrong,Sync stopped,Double booking,Export to CSV,Refund for last month,Question about the API,Slow since yesterday,New user for our team,Change of address,Rate not updated,App crashes on start,Where is my order,Cancel subscription,Permission denied,Feature idea}'::text[])[bench_pick(n, 31, 16)]
  || ' (' || to_hex(n) || ')' $$;
CREATE FUNCTION bench_sentence(i int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (ARRAY[
    'Since this morning the page stays empty for about half of our team, whatever browser they use.',
    'We have tried it on three machines now and the result is the same each time.',
    'Could you have a look at the account and tell us what happened there?',
    'The last invoice shows twelve seats although we have only nine since June.',
    'I am attaching the export and a screenshot of the message.',
    'Our guests arrive from three o''clock on, so this is rather urgent for us.',
    'Thank you for the quick answer, that helped with the first part.',
    'The second part still does not work: the rate is saved but not shown.',
    'I have corrected the entry and sent you a new document by mail.',
    'Please sign out once and in again, then the new permission is in effect.',
    'Our technicians found the cause in the connection to the channel manager.',
    'It will be repaired with the update of tonight, you do not have to do anything.',
    'May I ask which version of the app you are using?',
    'You find it under settings, then devices, at the bottom of the page.',
    'If that does not help, we can look at it together in a call.',
    'Is there a way to do that for all entries at once?'])[1 + (i & 15)] $$;
CREATE FUNCTION bench_text(n bigint, k int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT E'Hello,\n\n' || bench_sentence((hashint8extended(n * 256 + k, 3) & 15)::int) || ' '
    || bench_sentence((hashint8extended(n * 256 + k, 4) & 15)::int) || ' '
    || bench_sentence((hashint8extended(n * 256 + k, 5) & 15)::int) || E'\n\n'
    || bench_sentence((hashint8extended(n * 256 + k, 6) & 15)::int) || E'\n\nBest regards\n' $$;

-- part: people
INSERT INTO teams (workspace_id, name) SELECT 1, 'Team ' || n FROM generate_series(2, 8) n;
INSERT INTO agents (workspace_id, email, name, role_id)
  SELECT 1, 'agent' || n || '@desk.example', bench_name(n), (SELECT id FROM roles WHERE workspace_id = 1 AND builtin = 'agent')
  FROM generate_series(2, 50) n;
INSERT INTO team_members SELECT 1, 1 + id % 8, id FROM agents;
INSERT INTO channel_accounts (workspace_id, kind, name, address, team_id, calendar_id)
  SELECT 1, 1, 'Mailbox ' || n, 'mailbox' || n || '@desk.example', n, 1 FROM generate_series(2, 4) n;
INSERT INTO tags (workspace_id, name, color) SELECT 1, 'tag ' || n, n % 10 FROM generate_series(1, 20) n;
INSERT INTO companies (workspace_id, id, name, domain, value_minor, currency, created_at)
  SELECT 1, bench_id(1500000000, 2, n), 'Company ' || n, 'company' || n || '.example',
    CASE WHEN bench_u(n, 13) < 0.7 THEN (2000 + 2000000 * bench_u(n, 14) ^ 5)::bigint END,
    CASE WHEN bench_u(n, 13) < 0.7 THEN 'EUR' END, to_timestamp(1500000000)
  FROM generate_series(1, current_setting('bench.companies')::int) n;
INSERT INTO contacts (workspace_id, id, company_id, name, created_at)
  SELECT 1, bench_contact(n), bench_company(n, current_setting('bench.companies')::int), bench_name(n), to_timestamp(1500000000)
  FROM generate_series(1, current_setting('bench.contacts')::int) n;
INSERT INTO identities (workspace_id, id, contact_id, kind, value, verified_at)
  SELECT 1, bench_id(1500000000, 3, n), bench_contact(n), 1, 'person' || n || '@company' || n % 9973 || '.example', to_timestamp(1500000000)
  FROM generate_series(1, current_setting('bench.contacts')::int) n;

-- part: cases
-- m messages, every odd one of the customer, `gap` seconds apart; `base` is the number of events before the case's own.
CREATE UNLOGGED TABLE bench_cases AS
WITH drawn AS (
  SELECT n, bench_pick(n, 41, current_setting('bench.contacts')::int)::bigint AS contact,
    current_setting('bench.now')::float8 - 94608000 * (1 - n::float8 / (current_setting('bench.conversations')::int + 1)) AS created,
    CASE WHEN n % 1000 = 7 THEN 120 ELSE least(60, 1 + floor(-ln(1 - bench_u(n, 42)) * 9.4)::int) END AS length,
    CASE
      WHEN n <= current_setting('bench.conversations')::int * 0.96 OR bench_u(n, 43) < 0.5
        THEN CASE WHEN bench_u(n, 44) < 0.02 AND n % 1000 <> 7 THEN 4 ELSE 3 END
      WHEN bench_u(n, 44) < 0.8 THEN 0 WHEN bench_u(n, 44) < 0.9 THEN 1 ELSE 2 END AS status
  FROM generate_series(1, current_setting('bench.conversations')::int) n
), sized AS (
  SELECT *, CASE status WHEN 4 THEN 1 WHEN 0 THEN length + 1 - length % 2 ELSE length + length % 2 END AS m FROM drawn
), placed AS (
  SELECT *, least(1800 + 40000 * bench_u(n, 45), 0.95 * (current_setting('bench.now')::float8 - created) / m) AS gap,
    CASE WHEN bench_u(n, 46) < 0.95 THEN bench_pick(n, 47, 8) END AS team_id, bench_pick(n, 48, 4) AS account_id,
    CASE WHEN status = 3 OR bench_u(n, 49) < 0.7 THEN bench_pick(n, 50, 50) END AS assignee_id,
    CASE WHEN bench_u(n, 51) < 0.2 THEN 0 WHEN bench_u(n, 51) < 0.8 THEN 1 WHEN bench_u(n, 51) < 0.95 THEN 2 ELSE 3 END AS severity,
    bench_contact(contact) AS contact_id, bench_company(contact, current_setting('bench.companies')::int) AS company_id,
    (2000 + 400000 * bench_u(n, 52) ^ 4)::float8 AS stake,
    CASE WHEN status = 4 THEN 3 WHEN status < 2 THEN m + 2 ELSE m + 3 END AS total
  FROM sized
)
SELECT n, bench_id(created, 4, n) AS id, bench_id(created, 5, n) AS endpoint_id, contact, contact_id, company_id, account_id,
  team_id, assignee_id, coalesce(assignee_id, bench_pick(n, 50, 50)) AS replier_id, status, severity, m, created, gap, stake,
  total, created + (m - 1) * gap AS last_at, (sum(total) OVER (ORDER BY n) - total)::bigint AS base,
  CASE WHEN m = 1 THEN 2 ELSE m + 2 END AS last_seq
FROM placed ORDER BY n;
ANALYZE bench_cases;
UPDATE journal_heads SET seq = (SELECT max(base + total) FROM bench_cases) WHERE workspace_id = 1;
UPDATE number_heads SET number = current_setting('bench.conversations')::int WHERE workspace_id = 1;

-- part: conversations
INSERT INTO conversations (workspace_id, id, number, contact_id, company_id, account_id, team_id, assignee_id, status, severity,
  difficulty, channels, tag_ids, subject, preview, created_at, last_message_at, snoozed_until, seq, customer_seq, public_seq, stage,
  holder_kind, holder_id, since, wait_t0, wait_f0, calendar_id, per_s, stake)
SELECT 1, id, n, contact_id, company_id, account_id, team_id, assignee_id, status, severity, bench_pick(n, 61, 3) - 1, 2,
  CASE WHEN bench_u(n, 62) < 0.4 THEN '{}'::int[] WHEN bench_u(n, 62) < 0.8 THEN ARRAY[bench_pick(n, 63, 20)]
    ELSE ARRAY[bench_pick(n, 63, 20), 1 + bench_pick(n, 63, 20) % 20] END,
  bench_subject(n), left(replace(bench_text(n, m), E'\n', ' '), 120), to_timestamp(created), to_timestamp(last_at),
  CASE WHEN status = 2 THEN to_timestamp(current_setting('bench.now')::float8 + 86400 * (1 + 14 * bench_u(n, 64))) END,
  total, CASE WHEN m % 2 = 1 THEN last_seq WHEN m = 2 THEN 2 ELSE last_seq - 1 END, last_seq,
  CASE status WHEN 0 THEN CASE WHEN assignee_id IS NULL THEN 1 ELSE 2 END WHEN 1 THEN 3 WHEN 2 THEN 6 WHEN 3 THEN 7 ELSE 9 END,
  CASE status WHEN 0 THEN CASE WHEN assignee_id IS NULL THEN 1 ELSE 2 END WHEN 1 THEN 3 WHEN 2 THEN 6 ELSE 7 END,
  CASE WHEN status = 0 THEN coalesce(assignee_id, team_id) END, to_timestamp(last_at),
  CASE WHEN status = 0 THEN last_at END, CASE WHEN status = 0 THEN bench_f(last_at) END, 1,
  CASE WHEN status = 0 THEN 1 / 26640.0::float8 END, CASE WHEN status = 0 THEN stake END
FROM bench_cases ORDER BY n;

-- part: around
INSERT INTO conversation_tags SELECT 1, t, id FROM conversations, unnest(tag_ids) t;
INSERT INTO reads SELECT 1, id, assignee_id, total FROM bench_cases
  WHERE assignee_id IS NOT NULL AND n > current_setting('bench.conversations')::int * 0.9 AND bench_u(n, 65) < 0.6;
INSERT INTO endpoints (workspace_id, id, conversation_id, account_id, identity_id, thread_key, refs)
SELECT 1, endpoint_id, id, account_id, bench_id(1500000000, 3, contact), 'bench-' || n, jsonb_build_object('subject', bench_subject(n),
  'to', jsonb_build_array(jsonb_build_object('name', bench_name(contact), 'address', 'person' || contact || '@company' || contact % 9973 || '.example')))
FROM bench_cases ORDER BY n;
INSERT INTO episodes (workspace_id, conversation_id, n, started_at, contact_at, contact_f, first_reply_at, first_reply_f, resolved_at,
  outcome, account_id, team_id, calendar_id, resolver_id, repliers)
SELECT 1, id, 1, to_timestamp(created), to_timestamp(created), bench_f(created),
  CASE WHEN m > 1 THEN to_timestamp(created + gap) END, CASE WHEN m > 1 THEN bench_f(created + gap) END,
  CASE WHEN status = 3 THEN to_timestamp(last_at) END, CASE WHEN status = 3 THEN 1 END, account_id, team_id, 1,
  CASE WHEN status = 3 THEN assignee_id END, CASE WHEN m > 1 THEN ARRAY[replier_id] ELSE '{}' END
FROM bench_cases WHERE status <> 4 ORDER BY n;
INSERT INTO waits (workspace_id, conversation_id, n, episode, first, cause, opened_at, closed_at, opened_seq, closed_seq, outcome,
  answered_by, account_id, team_id, calendar_id, f0, f1, stake, per_s, model, price_minor)
SELECT 1, id, (k + 1) / 2, 1, k = 1, 1, to_timestamp(t), CASE WHEN k < m THEN to_timestamp(t + gap) END,
  CASE WHEN k = 1 THEN 2 ELSE k + 2 END, CASE WHEN k < m THEN k + 3 END, CASE WHEN k < m THEN 1 END,
  CASE WHEN k < m THEN replier_id END, account_id, team_id, 1, bench_f(t), CASE WHEN k < m THEN bench_f(t + gap) END, stake,
  1 / 26640.0::float8, 1, CASE WHEN k < m THEN round(stake * least(0.3, gap / 266400)) END
FROM (SELECT c.*, k, created + (k - 1) * gap AS t FROM bench_cases c, generate_series(1, m, 2) k WHERE status <> 4) x;

-- part: spans
INSERT INTO spans (workspace_id, conversation_id, n, episode, stage, holder_kind, holder_id, account_id, team_id, calendar_id, t0, t1,
  f0, f1, price_minor, reducer)
SELECT 1, id, k, 1, stage, least(stage, 7), CASE stage WHEN 1 THEN team_id WHEN 2 THEN replier_id END, account_id, team_id, 1,
  to_timestamp(t), CASE WHEN k < m THEN to_timestamp(t + gap) END, bench_f(t), CASE WHEN k < m THEN bench_f(t + gap) END,
  CASE WHEN k < m AND k % 2 = 1 THEN round(stake * least(0.3, gap / 266400)) END, 1
FROM (
  SELECT c.*, k, created + (k - 1) * gap AS t, CASE
    WHEN status = 4 THEN 9 WHEN k = m AND status = 3 THEN 7 WHEN k = m AND status = 2 THEN 6 WHEN k % 2 = 0 THEN 3
    WHEN k = 1 OR assignee_id IS NULL THEN 1 ELSE 2 END AS stage
  FROM bench_cases c, generate_series(1, m) k) x;

-- part: messages
INSERT INTO messages (workspace_id, id, conversation_id, seq, endpoint_id, direction, kind, audience, author_kind, author_id,
  occurred_at, text, headers, external_id, delivery)
SELECT 1, bench_id(created + (k - 1) * gap, 6, n::bigint * 256 + k), id, CASE WHEN k = 1 THEN 2 ELSE k + 2 END, endpoint_id, 2 - k % 2, 1, 1,
  CASE WHEN k % 2 = 1 THEN 3 ELSE 1 END, CASE WHEN k % 2 = 1 THEN contact_id::text ELSE replier_id::text END,
  to_timestamp(created + (k - 1) * gap), bench_text(n, k),
  jsonb_build_object('subject', bench_subject(n), 'from', CASE WHEN k % 2 = 1
    THEN jsonb_build_object('name', bench_name(contact), 'address', 'person' || contact || '@company' || contact % 9973 || '.example')
    ELSE jsonb_build_object('name', 'Support', 'address', 'mailbox' || account_id || '@desk.example') END),
  'm' || n || '.' || k || '@mail.example', CASE WHEN k % 2 = 0 THEN 3 ELSE 0 END
FROM bench_cases, generate_series(1, m) k;
INSERT INTO attachments (workspace_id, id, message_id, name, content_type, size, blob_key, created_at)
SELECT 1, bench_id(created + (k - 1) * gap, 7, n::bigint * 256 + k), bench_id(created + (k - 1) * gap, 6, n::bigint * 256 + k),
  'screenshot-' || k || '.png', 'image/png', 20000 + n % 50000, 'bench/' || n || '/' || k, to_timestamp(created + (k - 1) * gap)
FROM bench_cases, generate_series(1, m, 2) k WHERE bench_u(n::bigint * 256 + k, 71) < 0.06;

-- part: events
INSERT INTO events (workspace_id, seq, kind, v, conversation_id, conversation_seq, subject_id, actor_kind, actor_id, occurred_at,
  recorded_at, team_before, team_after, assignee_before, assignee_after, data)
SELECT 1, base + s, kind, 1, id, s, message_id, CASE WHEN kind = 1 THEN 0 WHEN kind = 2 THEN 3 ELSE 1 END,
  CASE WHEN kind > 2 THEN replier_id END, to_timestamp(t), to_timestamp(t), team_id, team_id,
  CASE WHEN s > 3 OR (s = 3 AND kind <> 5) THEN assignee_id END, CASE WHEN s >= 3 THEN assignee_id END,
  CASE kind
    WHEN 1 THEN jsonb_build_object('by', 3, 'account_id', account_id, 'calendar_id', 1, 'team_id', team_id)
    WHEN 2 THEN jsonb_build_object('message_id', message_id, 'message_seq', s, 'endpoint_id', endpoint_id, 'account_id', account_id,
      'calendar_id', 1, 'needs_answer', true)
    WHEN 3 THEN jsonb_build_object('message_id', message_id, 'message_seq', s, 'endpoint_id', endpoint_id, 'account_id', account_id,
      'author', 1, 'agent_id', replier_id, 'keeps_ball', false)
    WHEN 6 THEN jsonb_build_object('until', to_timestamp(current_setting('bench.now')::float8 + 86400), 'asked_by_customer', false)
    WHEN 8 THEN jsonb_build_object('agent_id', replier_id) ELSE '{}' END
FROM (
  SELECT x.*, CASE WHEN k IS NOT NULL THEN bench_id(created + (k - 1) * gap, 6, n::bigint * 256 + k) END AS message_id,
    created + (coalesce(k, CASE WHEN s < 4 AND status <> 4 THEN 1 ELSE m END) - 1) * gap AS t,
    CASE WHEN s = 1 THEN 1 WHEN k % 2 = 1 THEN 2 WHEN k % 2 = 0 THEN 3 WHEN status = 4 THEN 10 WHEN s = 3 THEN 5 WHEN status = 2 THEN 6 ELSE 8 END AS kind
  FROM (
    SELECT c.*, s, CASE WHEN s = 2 THEN 1 WHEN s > 3 AND s < m + 3 AND status <> 4 THEN s - 2 END AS k
    FROM bench_cases c, generate_series(1, total) s) x
) y;

-- part: finish
DROP TABLE bench_cases;
DROP FUNCTION bench_text, bench_sentence, bench_subject, bench_name, bench_f, bench_company, bench_contact, bench_id, bench_pick, bench_u;
