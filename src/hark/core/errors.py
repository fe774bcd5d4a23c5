"""Errors people and programs can act on: one root, a status, a stable code (RFC 9457 on the wire)."""

from typing import Any


class HarkError(Exception):
    """Root of all expected errors.

    `code` is stable and machine-readable, `detail` is one or two sentences for a person: what
    happened, what is safe, what to do. `extra` is merged into the problem document.
    """

    status = 500
    code = "error"

    def __init__(self, detail: str, *, code: str | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.extra = extra


class BadRequest(HarkError):
    status = 400
    code = "bad_request"


class Unauthorized(HarkError):
    status = 401
    code = "sign_in_required"


class Forbidden(HarkError):
    status = 403
    code = "forbidden"


class NotFound(HarkError):
    status = 404
    code = "not_found"


class Conflict(HarkError):
    status = 409
    code = "conflict"


class TooLarge(HarkError):
    status = 413
    code = "too_large"


class TooMany(HarkError):
    status = 429
    code = "too_many_requests"


class Unavailable(HarkError):
    status = 503
    code = "unavailable"


class ConfigError(HarkError):
    """The installation cannot start as it is set up; the sentence says what to change."""

    code = "configuration"


# Named database constraints, mapped once: what a person reads when a rule of the table is broken.
CONSTRAINTS: dict[str, HarkError] = {
    "agents_email_key": Conflict("Someone with this e-mail address is already in the team.", code="agent_exists"),
    "teams_name_key": Conflict("A team of this name exists already.", code="team_exists"),
    "tags_name_key": Conflict("A tag of this name exists already.", code="tag_exists"),
    "topics_name_key": Conflict("A topic of this name exists already.", code="topic_exists"),
    "saved_reports_name_key": Conflict("You have a report of this name already.", code="report_exists"),
    "roles_name_key": Conflict("A role of this name exists already.", code="role_exists"),
    "channel_accounts_address_key": Conflict("This address is connected already.", code="mailbox_exists"),
    "companies_name_key": Conflict("A company of this name exists already.", code="company_exists"),
    "companies_domain_key": Conflict("Another company has this mail domain.", code="domain_taken"),
    "identities_value_key": Conflict("This address belongs to another contact.", code="identity_exists"),
    "sla_policies_name_key": Conflict("A policy of this name exists already.", code="policy_exists"),
    "skills_name_key": Conflict("A skill of this name exists already.", code="skill_exists"),
    "bots_name_key": Conflict("A bot of this name exists already. Choose another name.", code="bot_exists"),
    "rules_name_key": Conflict("A rule of this name exists already.", code="rule_exists"),
    "message_search_pkey": Conflict("This message id has been used already. Make a new one.", code="id_taken"),
    "endpoints_pkey": Unavailable("Somebody began the same at this moment. Nothing was changed; try again.", code="busy"),
    "visit_facts_visit": Conflict("This visit has been erased.", code="visit_erased"),
    "help_centres_slug_key": Conflict("Another help centre has this address. Choose another one.", code="slug_taken"),
    "help_domains_host_key": Conflict("Another help centre has this host.", code="domain_taken"),
    "help_domains_pkey": Conflict("Another help centre has this host.", code="domain_taken"),
    "help_collection_texts_slug_key": Conflict("Another collection has this address in this language.", code="slug_taken"),
    "article_texts_slug_key": Conflict(
        "Another published article has this address in this language. Change one of them.", code="slug_taken"
    ),
    "article_redirects_path_key": Conflict("This path leads somewhere already. Delete that redirect first.", code="redirect_exists"),
    "canned_replies_name_key": Conflict("A canned reply of this name exists already.", code="canned_reply_exists"),
    "calendars_name_key": Conflict("Hours of this name exist already.", code="calendar_exists"),
}


def from_constraint(name: str | None) -> HarkError | None:
    """The person-readable error of a violated database constraint, a fresh copy; None when it is not a known one."""
    known = CONSTRAINTS.get(name or "")
    return type(known)(known.detail, code=known.code) if known else None
