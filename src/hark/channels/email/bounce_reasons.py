"""Why a mail was not delivered, read from what the server said and from its enhanced status code (RFC 3463). Pure.

The names and the codes of their own (X.0.9nn, used where a report states none) are those of Sisimai, which most tools
that read bounces know. Only `HARD` reasons mean that the address itself is bad.
"""

import re

HARD = frozenset({"userunknown", "hostunknown", "hasmoved", "notaccept"})
# The last number of the code that stands for a reason when the report states no code.
OWN_CODES = {
    "blocked": 971, "contenterror": 960, "exceedlimit": 923, "expired": 947, "filtered": 910, "hasmoved": 916,
    "hostunknown": 912, "mailboxfull": 922, "mailererror": 939, "mesgtoobig": 934, "networkerror": 944,
    "norelaying": 909, "notaccept": 932, "onhold": 901, "policyviolation": 972, "rejected": 918, "requireptr": 973,
    "authfailure": 972, "badreputation": 975, "securityerror": 970, "spamdetected": 980, "suspend": 921,
    "syntaxerror": 902, "systemerror": 930, "systemfull": 931, "userunknown": 911, "speeding": 945, "virusdetected": 971,
}  # fmt: skip
# In this order: what is said about a person is looked at last, because "user unknown" is also said of full mailboxes.
PHRASES: tuple[tuple[str, str], ...] = (
    ("hostunknown", r"domain may not exist"),
    ("mailboxfull",
     r"mail ?box (?:is |was |has been )?(?:over ?)?(?:full|exceeded|size limit|quota)|(?:over|exceed\w*)(?: \w+){0,5} (?:quota|storage|disk|mailbox size)|"
     r"quota (?:has been )?exceed|quota full|exceeded (?:the )?(?:storage|quota|mailbox)|(?:mailbox|inbox|maildir|user|account|recipient)(?:'s)? (?:is )?(?:over ?quota|full)|"
     r"not enough (?:storage|disk) space|insufficient (?:disk |storage )?(?:space|storage)|no space left|disc? ?quota|too much mail data|storage (?:quota|limit)|"
     r"full mailbox|mailbox exceeds|mailbox .{0,40} is full|メールボックスが一杯|容量|용량.{0,6}(?:초과|부족)|(?:메일함|편지함|사서함|메일 ?박스).{0,20}(?:가득|초과|부족|꽉)|caixa.{0,30}(?:cheia|lotada)|skrzynk.{0,20}(?:pełna|przepełnion)|postvak.{0,20} vol|inkorg.{0,20}full|邮箱.{0,10}(?:已满|空间不足)|casella.{0,20}piena|postfach.{0,20}voll|bo[iî]te.{0,20}pleine|buz[oó]n.{0,20}lleno"),
    ("systemfull", r"mail system (?:is )?full|requested mail action aborted: exceeded|(?:system|server).{0,20}(?:disk full|out of storage)"),
    ("mesgtoobig", r"message (?:size|is|was)? ?(?:too (?:big|large|long)|(?:size )?exceeds)|(?:exceeds|exceeded|larger than).{0,40}(?:message|maximum|max|fixed|limit).{0,20}size|size (?:limit|exceed)|too (?:big|large) message|message larger than|552 5\.3\.4"),
    ("exceedlimit", r"too many recipients|line (?:too long|limit)|message header size exceed"),
    ("spamdetected", r"\bspam\b(?! ?haus|cop)|spammy|junk mail|unsolicited|bulk e?mail|content (?:filter|rejected)|spam ?score|looks like spam|considered (?:as )?spam"),
    ("virusdetected", r"virus|malware|infected|trojan"),
    ("authfailure", r"\b(?:dmarc|dkim|spf|sender policy framework)\b|unauthenticated email|email (?:is|was) not authenticated|authentication (?:check|results?) fail|5\.7\.(?:23|26)\b"),
    ("requireptr", r"(?:no |without |missing |lacks? )(?:valid )?(?:ptr|reverse dns|rdns)|ptr (?:record|dns)|reverse (?:dns|lookup|name|hostname|mapping)|fcrdns|cannot (?:find|resolve) your (?:hostname|reverse)|no reverse|unresolvable relay|client host (?:rejected: )?cannot find your|5\.7\.25\b|valid (?:ptr|hostname)"),
    ("badreputation", r"reputation|low sender|poor score"),
    ("speeding", r"too many (?:messages|connections|concurrent|smtp|emails|mails)|rate[ -]?limit|throttl|sending rate|receiving mail at a rate|connection (?:rate|limit)|try again (?:slow|more slow)|deferred due to user complaints|too fast"),
    ("blocked",
     r"black ?list|block ?list|blocked (?:by|using|for|because|due)|\bdnsbl|\brbl\b|spamhaus|spamcop|barracuda|access denied.{0,20}(?:ip|host)|ip (?:address )?.{0,40}(?:block|listed|banned|denied|reject)|"
     r"(?:client|connecting) (?:host|ip|server).{0,40}(?:reject|block|denied|refused)|connection (?:refused|rejected|dropped) (?:by|due to|from your|for)|banned|refused to (?:accept|talk)|not allowed to connect|service (?:not available|refused).{0,60}(?:ip|block)|"
     r"helo (?:command )?reject|invalid helo|bad helo|fix your (?:dns|helo)|dynamic|unresolvable hostname|hostname (?:is )?reject|your (?:ip|server|host|network|domain).{0,60}(?:block|list|ban|reject|denied)|mail from [\d.]+ refused|no access from mail server"),
    ("notaccept",
     r"does(?: not|n't) accept (?:any )?(?:e?-?mail|smtp)|null mx|recipient address has null|\bnullmx\b|(?:smtp|mail) (?:service|protocol) (?:is )?(?:not (?:supported|available here)|disabled)|(?:host|domain|server).{0,20}(?:never|not) accepts? (?:e?-?mail|message)|\b556 "),
    ("norelaying", r"relay(?:ing)? (?:access |not |is |prohib|denied|attempt)|not (?:permitted|allowed|able|configured) to relay|(?:unable|cannot|refus\w+|won't|no) (?:to )?relay|relaying|this (?:system|server) is not (?:configured|a relay)|not a(?:n open)? relay|not local host|open relay|insecure mail relay|local domain|rcpthosts"),
    ("hasmoved", r"(?:has |is |address |recipient |mailbox )moved|(?:has|been) (?:replaced|superseded) by|address (?:has )?changed|no longer.{0,40}new address"),
    ("suspend",
     r"(?:account|mailbox|user|recipient|box|address|email)\S*(?: \S+){0,5}? (?:is |has been |was )?(?:temporarily )?(?:disabled|suspend\w*|inactive|deactivated|discontinued|locked|frozen|expired|on hold|not active|closed)|"
     r"(?:disabled|suspended|inactive|deactivated|locked|frozen|dormant) (?:user|mailbox|account|recipient|address)|boite du destinataire archivee|invalid/inactive|mailbox unavailable or access denied|sleeping"),
    ("onhold", r"(?!)"),
    ("hostunknown",
     r"(?:host|domain|name)(?: name)?\S* (?:or domain name )?(?:\S+ ){0,3}?(?:not found|unknown|does(?: not|n't) exist|cannot be found|not exist|lookup fail|could not be found|is invalid|was not found)|no such (?:host|domain)|unknown (?:host|domain)|unrout(?:e)?able (?:mail )?(?:domain|address)|unroutable|nxdomain|"
     r"bad destination (?:host|system)|domain must exist|couldn't find any host|(?:account or )?domain may not exist|host (?:is )?unreachable|no (?:mx|a) record|illegal host|invalid domain|mail domain .{0,30}unknown|all relevant mx records|dns (?:soft )?error.{0,40}not found|does not resolve|unable to resolve|(?:domain|domaine|dom[ií]nio)\b.{0,30}(?:existiert nicht|n'existe pas|no existe|non esiste|não existe)|도메인.{0,20}(?:없|존재하지)"),
    ("filtered",
     r"filter|because the recipient is only accepting|recipient.{0,40}(?:refus|reject)\w* (?:your|this|the|mail)|user (?:has )?reject|due to extended inactivity|permission|not authorized (?:for|to send to)|(?:you|sender|user) (?:is |are )?not (?:allowed|permitted|authorized) to (?:send|post)|restricted|only (?:accept|allow)|refused by recipient|domain filter|this message was rejected|recipients? was rejected by"),
    ("rejected",
     r"sender (?:address )?(?:\S+ ){0,3}?(?:reject|denied|block|refused|unknown|invalid|verify|verification)|(?:unroutable|unknown|invalid|bad|unverified) sender|(?:reject|refus|den)\w* (?:mail )?(?:from|sender)|mail from .{0,60}(?:denied|reject|refused|not allowed)|sender(?:'s)? (?:domain|email|address).{0,60}(?:exist|found|resolve|invalid|must)|unverified address|fix reverse|mx records? for .{0,40}(?:your|sender)|not (?:a )?member|domain of sender|backscatter|bounces? (?:are|is) not|empty envelope sender|null sender"),
    ("policyviolation", r"polic(?:y|ies)|prohibited|forbidden|violat|banned content|message (?:rejected|refused) (?:due to|because|by)|we do not accept|not acceptable|must (?:be|contain|have)|duplicate header|rfc[ -]?(?:[25][38]22|compl)|attachment|disallowed"),
    ("userunknown",
     r"(?:user|mailbox|recipient|account|address\w*|alias|addressee|person|name|inbox|box|member|login)\S{0,3}(?:[\s:]+\S+){0,6}?[\s:]+(?:unknown|not found|(?:does|do|did)(?: not|n't) (?:exist|have|match)|doesn't have|invalid|not (?:listed|known|recogni[sz]ed|exist|valid|a valid|correct|registered|available|local|in)|is not|no longer|unavailable|isn't|could not be found|nonexistent)|"
     r"(?:unknown|no such|invalid|bad|unrouteable|unroutable|non-?existent|undeliverable|incorrect|not a valid|not a known|wrong|unrecogni[sz]ed) (?:\S+ ){0,3}?(?:user|users|recipient|recipients|mailbox|address|addresses|account|person|destination|alias|local|member|here|name|box)|"
     r"not a known user|recipient address rejected: access denied|recipientnotfound|resolver\.adr|no mailbox (?:here|by)|user unknown|unknown user|no (?:such )?(?:mail ?box|user)|does not like recipient|not exist|(?:is|are) not (?:a |an )?(?:known|valid|registered|existing)|no account|doesn'?t have an? \S+ account|cannot (?:be )?(?:find|found)|does not exist|unknown|no one|not our customer|"
     r"this (?:address|user|account|mailbox) no longer|no longer (?:with|valid|available|accept|in use)|user doesn't|delivery to this address|存在しない|見つかりません|사용자(?:가)? 없|존재하지 않|없는 (?:메일|계정|사용자)|用户不存在|收件人(?:不存在|地址)|inesistente|non esiste|nicht (?:gefunden|bekannt|existent)|existiert nicht|unbekannt|inconnu|n'existe pas|no existe|desconocid|não existe|desconhecid|bestaat niet|onbekend|nie istnieje|nieznan|finns inte|okänd|잘못된 (?:메일 )?주소|찾을 수 없|宛先不明|ユーザー?が?不明|不存在|无此(?:用户|收件人)"),
    ("mailererror", r"mailer (?:error|exit)|command (?:failed|died|output)|procmail|pipe to|exited with|local delivery failed|exit code|x-unix;? ?(?:[1-9]\d*)|can(?:no|')t create (?:user )?output|vdelivermail"),
    ("networkerror", r"(?:connection|connect|network|host|route)\S*(?: \S+){0,4}? (?:unreachable|refused|reset|lost|timed? ?out|closed|dropped|failed|went away|not respond)|mail (?:forwarding )?loop|too many hops|loops? back|hop count|routing loop|delivery attempts? failed|no route|dns (?:error|failure|lookup)|name server|unable to connect|malformed or unexpected name"),
    ("expired", r"failed (?:after )?\d+ (?:attempts|tries)|did not accept our requests to connect|delayed|retr(?:y|ied|ying)|not yet been delivered|undelivered (?:for|after)|timed? ?out|time ?out|expired|too long|has been in the queue|in the mail queue|temporarily deferred|retention time|give up|could not be delivered for more|delivery (?:time|delayed)|queue"),
    ("contenterror", r"8-?bit|content[- ]transfer|malformed|mime|header(?:s)? (?:missing|invalid|error)|charset|conversion|improper|content (?:error|format)|line feed|bare lf|nul byte|message format"),
    ("syntaxerror", r"syntax error|command (?:not (?:implemented|recogni[sz]ed)|unrecogni[sz]ed)|incorrectly constructed|bad sequence|unrecogni[sz]ed command|bad (?:address )?syntax|malformed recipient"),
    ("systemerror", r"system (?:error|problem|config|fail)|local (?:error|configuration|problem)|server (?:error|config|failure)|config\w* error|internal error|temporar\w* (?:system|local|server)|service unavailable|can(?:no|')t (?:open|write)|i/o error|unable to (?:process|create|look)|requires? tls|tls|resource|out of memory|mail server is not"),
    ("securityerror", r"access denied|authenticat|authori[sz]|security|credential|not allowed|permission denied|password|encrypt"),
)  # fmt: skip
# An answer to the sender's address says nothing about the recipient.
ABOUT_SENDER = re.compile(r"(?:after|>>>|response to|to) mail from|sender address rejected", re.IGNORECASE)
ADDRESS = re.compile(r"<?[^\s<>@]{1,64}@[\w.-]{1,255}>?")
SPEAKER = re.compile(r"\bhost \S+ (?:\S+ )?said:", re.IGNORECASE)  # or "host mx said: 550 unknown user" is about a host
AT_RECIPIENT = re.compile(r"rcpt to|does not like recipient", re.IGNORECASE)
# What can be meant although the code is X.1.1, "the mailbox does not exist" (RFC 3463).
OTHERWISE = frozenset(
    {"norelaying", "blocked", "mailboxfull", "hasmoved", "rejected", "notaccept", "hostunknown", "badreputation"}
)
OPEN = frozenset({"2.0", "2.1"})
COMPILED = tuple((reason, re.compile(pattern, re.IGNORECASE)) for reason, pattern in PHRASES)
# The enhanced code, when the words tell nothing: exact code or its subject.
BY_CODE = {
    "1.0": "userunknown", "1.1": "userunknown", "1.2": "hostunknown", "1.3": "userunknown", "1.4": "filtered", "1.6": "hasmoved",
    "1.7": "rejected", "1.8": "rejected", "1.9": "systemerror", "1.10": "userunknown", "2.0": "filtered", "2.1": "suspend",
    "2.2": "mailboxfull", "2.3": "exceedlimit", "2.4": "filtered", "3.0": "systemerror", "3.1": "systemfull", "3.2": "notaccept",
    "3.3": "systemerror", "3.4": "mesgtoobig", "3.5": "systemerror", "4.0": "networkerror", "4.1": "expired",
    "4.2": "networkerror", "4.3": "systemerror", "4.4": "hostunknown", "4.5": "expired", "4.6": "networkerror",
    "4.7": "expired", "4.14": "expired", "5.3": "exceedlimit", "5.4": "syntaxerror", "5.2": "syntaxerror", "5.1": "syntaxerror",
    "6.0": "contenterror", "6.1": "contenterror", "6.2": "contenterror", "6.3": "contenterror", "6.5": "contenterror",
    "7.0": "securityerror", "7.1": "securityerror", "7.2": "filtered", "7.4": "securityerror", "7.5": "securityerror", "7.7": "securityerror",
    "7.8": "securityerror", "7.9": "securityerror", "7.20": "authfailure", "7.21": "authfailure", "7.22": "authfailure",
    "7.23": "authfailure", "7.24": "authfailure", "7.25": "requireptr", "7.26": "authfailure", "7.27": "notaccept",
    "7.28": "spamdetected",
}  # fmt: skip
# Codes that say it better than the words around them, which often are those of another case.
CERTAIN = frozenset({"2.2", "1.2", "1.6", "3.4", "7.20", "7.23", "7.25", "7.26", "7.27"})


def reason_of(said: str, status: str = "", *, around: str = "") -> str:
    """The reason for what a server said and its code, or `undefined`. `said` may hold several lines; `around` is the text
    of the report about this recipient, which may tell at which command it was said."""
    detail = status.partition(".")[2]
    if detail in CERTAIN:
        return BY_CODE[detail]
    said = SPEAKER.sub("", ADDRESS.sub("<>", said))  # addresses are made of words too: unknown-user@example.com
    reason = next((reason for reason, pattern in COMPILED if pattern.search(said)), BY_CODE.get(detail, "undefined"))
    if detail == "1.1" and reason not in OTHERWISE:
        reason = "userunknown"
    if reason in HARD and ABOUT_SENDER.search(said):
        return "rejected"
    # X.2.x: the mailbox exists and refuses; servers that answer at RCPT TO mean that there is none. X.0.0 leaves open what
    # it is, and filters of carriers say "unknown user" too: an address is only given up for what is said at RCPT TO.
    if reason == "userunknown" and detail in OPEN and (detail == "2.0" or not AT_RECIPIENT.search(f"{said}\n{around}")):
        return "filtered"
    return reason


def own_status(reason: str, *, temporary: bool) -> str:
    """A code for a report that states none, such as 5.0.911 for an unknown user; empty for an unknown reason."""
    number = OWN_CODES.get(reason)
    return f"{4 if temporary else 5}.0.{number}" if number else ""
