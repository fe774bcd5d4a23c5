"""What can be asked of a conversation itself: its state, who has it, how long somebody waits and what that costs."""

from hark.filters.field import Field, field

STATUS = {"open": 0, "waiting": 1, "snoozed": 2, "resolved": 3, "spam": 4, "merged": 5}
STAGE = {
    "queue": 1,
    "agent": 2,
    "customer": 3,
    "bot": 4,
    "outside": 5,
    "timer": 6,
    "resolved": 7,
    "merged": 8,
    "spam": 9,
}
SEVERITY = {"low": 0, "normal": 1, "high": 2, "urgent": 3}
DIFFICULTY = {"easy": 0, "normal": 1, "hard": 2}
CHANNEL = {"email": 1, "messenger": 2}
PROMISE = {"none": 0, "running": 1, "due_soon": 2, "overdue": 3}
PROMISE_RESULT = {"none": 0, "kept": 1, "broken": 2}
BOT_RESULT = {"none": 0, "active": 1, "handed_over": 2, "answered": 3, "resolved": 4, "taken": 5, "left": 6, "ended": 7}
HEAT = {"cold": 0, "mild": 1, "warm": 2, "hot": 3, "over": 4, "far_over": 5}

_WAITED = "(extract(epoch FROM @now) - c.wait_t0)"
_BOT_RUN = "FROM bot_runs b WHERE b.workspace_id = c.workspace_id AND b.conversation_id = c.id"
_HERE = "(p.workspace_id, p.agent_id) = (a.workspace_id, a.id) AND p.seen_at > @now - interval '60 s' AND NOT p.idle"
# Periods are times of day as text. Nothing of a week's plan starts on a holiday, and what crosses midnight ends there.
_OPEN = """coalesce((SELECT EXISTS (
  SELECT FROM (SELECT v.tz, v.periods, v.holidays, @now AT TIME ZONE v.tz AS l) h,
    LATERAL (SELECT d.ago, (h.l::date - d.ago) AS day, to_char(h.l, 'HH24:MI') AS t,
      (SELECT o FROM jsonb_array_elements(h.holidays) o WHERE (o->>'date')::date = h.l::date - d.ago LIMIT 1) AS off,
      EXISTS (SELECT FROM jsonb_array_elements(h.holidays) o WHERE (o->>'date')::date = h.l::date) AS off_today
      FROM (VALUES (0), (1)) d(ago)) n,
    LATERAL (SELECT p->>'start' AS a, p->>'end' AS z FROM jsonb_array_elements(coalesce(n.off->'periods', '[]')) p
      UNION ALL SELECT p->>'start', p->>'end' FROM jsonb_array_elements(h.periods) p
      WHERE n.off IS NULL AND (p->>'weekday')::int = extract(isodow FROM n.day)::int - 1) p
  WHERE CASE n.ago WHEN 0 THEN n.t >= p.a AND (n.t < p.z OR p.z <= p.a)
    ELSE p.z <= p.a AND n.t < p.z AND (n.off IS NOT NULL OR NOT n.off_today) END)
  FROM channel_accounts k JOIN calendar_versions v ON v.workspace_id = k.workspace_id
    AND v.calendar_id = coalesce(c.calendar_id, k.calendar_id)
  WHERE k.workspace_id = c.workspace_id AND k.id = c.account_id
  ORDER BY v.valid_from <= @now DESC, CASE WHEN v.valid_from <= @now THEN v.valid_from END DESC, v.valid_from LIMIT 1), false)"""
# What one more job before this one costs, per hour: `hark.value.price.price_per_hour`, before it is rounded, by the
# model as it is stored. In major units of the workspace's currency.
_PRICE = """(SELECT c.stake * 3600 / m.d * greatest(0, m.later - m.earlier) / m.unit FROM (
    SELECT y.d, y.unit, y.leave[1] AS earlier, y.leave[2] AS later FROM (
      SELECT x.d, x.unit, ARRAY(SELECT CASE WHEN x.shape IS NOT NULL
          THEN x.ceiling * (1 - exp(greatest(-700, -0.6931471805599453 * power(w * c.per_s, x.shape))))
          ELSE x.once * (1 - exp(greatest(-700, -0.6931471805599453 * power(w * c.per_s, 2))))
            + x.slowly * (1 - exp(greatest(-700, -0.6931471805599453 * w / x.half))) END
        FROM unnest(ARRAY[0, x.d]) a(ahead), LATERAL (SELECT greatest(extract(epoch FROM @now) - c.wait_t0, 0) + ahead AS w) s
        ORDER BY ahead) AS leave
      FROM (SELECT coalesce(t.handle_s, t.learned_handle_s, (w.settings->'value'->>'handle_s')::float8, 600) AS d,
          coalesce((w.settings->'value'->>'leave_once')::float8, 1 / 3.0) AS once,
          coalesce((w.settings->'value'->>'leave_slowly')::float8, 5 / 12.0) AS slowly,
          coalesce((w.settings->'value'->>'slow_half_s')::float8, 604800) AS half,
          (w.settings->'value'->'curve'->>'ceiling')::float8 AS ceiling,
          (w.settings->'value'->'curve'->>'shape')::float8 AS shape,
          """
MINOR_UNITS = """CASE WHEN {} IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX',
  'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 1.0 WHEN {} IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 1000.0
  ELSE 100.0 END"""
_PRICE += (
    MINOR_UNITS.format("w.base_currency", "w.base_currency")
    + """ AS unit
        FROM workspaces w LEFT JOIN topics t ON t.workspace_id = c.workspace_id AND t.id = c.topic_id
        WHERE w.id = c.workspace_id) x) y) m WHERE c.wait_t0 IS NOT NULL)"""
)

FIELDS: dict[str, Field] = {
    "status": field("choice", "c.status", choices=STATUS),
    "stage": field("choice", "c.stage", choices=STAGE),
    "severity": field("choice", "c.severity", choices=SEVERITY),
    "difficulty": field("choice", "c.difficulty", choices=DIFFICULTY),
    "number": field("number", "c.number"),
    "team": field("id", "c.team_id", nullable=True),
    "assignee": field("id", "c.assignee_id", nullable=True, me=True),
    "account": field("id", "c.account_id"),
    "contact": field("uuid", "c.contact_id"),
    "company": field("uuid", "c.company_id", nullable=True),
    "topic": field("id", "c.topic_id", nullable=True),
    "tag": field("ids", "c.tag_ids"),
    "channel": field("bits", "c.channels", choices=CHANNEL),
    "subject": field("text", "c.subject"),
    "preview": field("text", "c.preview"),
    "created_at": field("time", "c.created_at"),
    "last_message_at": field("time", "c.last_message_at"),
    "snoozed_until": field("time", "c.snoozed_until", nullable=True),
    "promised_until": field("time", "c.promise_until", nullable=True),
    "waiting": field("bool", "(c.wait_t0 IS NOT NULL)"),
    "waiting_for": field("measure", _WAITED, unit="seconds", nullable=True),
    "stage_for": field("measure", "extract(epoch FROM @now - c.since)::float8", unit="seconds"),
    "patience_used": field("measure", f"({_WAITED} * c.per_s * 100)", unit="percent", nullable=True),
    "heat": field(
        "choice",
        "(SELECT CASE WHEN s < 0.25 THEN 0 WHEN s < 0.5 THEN 1 WHEN s < 0.75 THEN 2 WHEN s < 1 THEN 3 WHEN s < 2 THEN 4 ELSE 5 END"
        f" FROM (SELECT {_WAITED} / greatest(k.expect_s, 1) AS s FROM channel_accounts k WHERE k.workspace_id = c.workspace_id"
        " AND k.id = c.account_id) share WHERE c.wait_t0 IS NOT NULL)",
        choices=HEAT, nullable=True,
    ),
    "price": field("measure", _PRICE, unit="money", nullable=True),
    "answered": field(
        "bool",
        "EXISTS (SELECT FROM episodes e WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id"
        " AND e.n = c.episode AND e.first_reply_at IS NOT NULL)",
    ),
    "customer_messages": field(
        "number",
        "(SELECT count(*)::int FROM messages n WHERE n.workspace_id = c.workspace_id AND n.conversation_id = c.id"
        " AND n.kind = 1 AND n.direction = 1)",
    ),
    "replies": field(
        "number",
        "(SELECT count(*)::int FROM messages n WHERE n.workspace_id = c.workspace_id AND n.conversation_id = c.id"
        " AND n.kind = 1 AND n.direction = 2 AND n.author_kind NOT IN (4, 5))",
    ),
    "reopens": field(
        "number",
        "(SELECT (coalesce(sum(e.reopens), 0) + greatest(count(*) - 1, 0))::int FROM episodes e"
        " WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id)",
    ),
    "promise": field(
        "choice",
        "(SELECT coalesce(max(CASE WHEN r.breached_at IS NOT NULL THEN 3 WHEN r.warned_at IS NOT NULL THEN 2 ELSE 1 END), 0)"
        " FROM promises r WHERE r.workspace_id = c.workspace_id AND r.conversation_id = c.id AND r.ended_at IS NULL)",
        choices=PROMISE,
    ),
    "promise_result": field(
        "choice",
        "(SELECT coalesce(max(CASE r.state WHEN 3 THEN 1 WHEN 4 THEN 2 END), 0) FROM promises r"
        " WHERE r.workspace_id = c.workspace_id AND r.conversation_id = c.id)",
        choices=PROMISE_RESULT,
    ),
    "assignee_online": field(
        "bool",
        "EXISTS (SELECT FROM agents a WHERE a.workspace_id = c.workspace_id AND a.id = c.assignee_id AND a.disabled_at IS NULL"
        f" AND a.availability = 1 AND EXISTS (SELECT FROM agent_presence p WHERE {_HERE}))",
    ),
    "team_online": field(
        "bool",
        "EXISTS (SELECT FROM team_members g JOIN agents a ON a.workspace_id = g.workspace_id AND a.id = g.agent_id"
        " WHERE g.workspace_id = c.workspace_id AND g.team_id = c.team_id AND a.disabled_at IS NULL AND a.availability = 1"
        f" AND EXISTS (SELECT FROM agent_presence p WHERE {_HERE}))",
    ),
    "open_hours": field("bool", _OPEN),
    "bot": field("id", f"(SELECT b.bot_id {_BOT_RUN} ORDER BY b.started_at DESC LIMIT 1)", nullable=True),
    "bot_result": field(
        "choice", f"coalesce((SELECT b.status + 1 {_BOT_RUN} ORDER BY b.started_at DESC LIMIT 1), 0)", choices=BOT_RESULT
    ),
    "asked_for_person": field("bool", f"EXISTS (SELECT {_BOT_RUN} AND b.asked_at IS NOT NULL)"),
}  # fmt: skip
