"""How well mail is read, measured on the shared data: `python -m tests.channels.email.scores` prints every figure.

Reply and bounce files are split by the hash of their name: 60 % (`tune`) may be looked at while rules are written, 40 %
(`held`) only counted. `reply_expected.json` names the visible words of a file as ranges of word numbers, so that no text
of the collections is copied here; files whose collections disagree about them, or that are no mails, are left out.
"""

import hashlib
import json
import time
from collections import Counter
from pathlib import Path

import msgspec

from hark.channels.email.auto import classify
from hark.channels.email.bounces import read_report
from hark.channels.email.mime import parse_message
from hark.channels.email.reply import split_reply
from hark.channels.email.sanitize import html_to_text

SHARED = Path(__file__).parents[4] / "shared" / "data"
EXPECTED_REPLIES = Path(__file__).parent / "reply_expected.json"
PARTS = ("tune", "held")


class Tally(msgspec.Struct):
    """Counts of what was right of `total`, and (for the `tune` part only) what was wrong, for reading."""

    total: int = 0
    right: Counter[str] = msgspec.field(default_factory=Counter)
    wrong: list[str] = []

    def share(self, name: str) -> float:
        return self.right[name] / self.total if self.total else 0.0


def part_of(name: str) -> str:
    """`tune` or `held`; files of one name (copies in several collections) are always in the same part."""
    number = int(hashlib.sha256(Path(name).name.encode()).hexdigest()[:8], 16)
    return "tune" if number % 100 < 60 else "held"


def reply_text(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix == ".eml":
        return parse_message(raw).text
    text = raw.decode("utf-8", "replace")
    return html_to_text(text) if path.suffix == ".html" else text


def score_replies(root: Path = SHARED / "reply") -> dict[str, Tally]:
    """`exact`: the visible words are the expected ones; `whole`: no word is lost or doubled between the three parts."""
    tallies = {part: Tally() for part in PARTS}
    for name, ranges in json.loads(EXPECTED_REPLIES.read_text()).items():
        part, tally = part_of(name), tallies[part_of(name)]
        text = reply_text(root / name)
        words = text.split()
        want = [word for start, end in ranges for word in words[start:end]]
        split = split_reply(text)
        parts = (split.visible, split.quoted, split.signature)
        tally.total += 1
        tally.right["exact"] += split.visible.split() == want
        tally.right["whole"] += Counter(word for one in parts for word in one.split()) == Counter(words)
        if part == "tune" and split.visible.split() != want:
            tally.wrong.append(
                f"{name}\n  want {' '.join(want)[-300:]!r}\n  got  {' '.join(split.visible.split())[-300:]!r}"
            )
    return tallies


def score_bounces(root: Path = SHARED / "bounces") -> dict[str, Tally]:
    """`found`: read as a report; `status`: the list of statuses is the expected one; `hard`: so is hard or soft."""
    tallies = {part: Tally() for part in PARTS}
    for name, wanted in json.loads((root / "EXPECTED.json").read_text()).items():
        part, tally = part_of(name), tallies[part_of(name)]
        report = read_report((root / name).read_bytes())
        found = report.recipients if report else []
        checks = {
            "found": report is not None,
            "status": [one["dsn"] for one in wanted] == [one.status for one in found],
            "hard": [one["hardbounce"] for one in wanted] == [one.hard for one in found],
            "reason": [one["reason"] for one in wanted] == [one.reason for one in found],
        }
        tally.total += 1
        tally.right.update(check for check, good in checks.items() if good)
        if part == "tune" and not all(checks.values()):
            want = [(one["dsn"], one["hardbounce"], one["reason"]) for one in wanted]
            got = [(one.status, one.hard, one.reason, one.address, one.diagnostic[:90]) for one in found]
            tally.wrong.append(f"{Path(name).name}\n  want {want}\n  got  {got if report else 'no report'}")
    return tallies


def false_alarms(path: Path = SHARED / "support-mail" / "messages.jsonl") -> tuple[int, int]:
    """(mails of people read as delivery reports, mails)."""
    count = total = 0
    for line in path.read_text().splitlines():
        one = json.loads(line)
        subject = one["subject"].replace("\n", " ")
        raw = f"From: {one['author']}@example.com\nSubject: {subject}\n\n{one['text']}".encode()
        count += read_report(raw) is not None
        total += 1
    return count, total


def score_mails(root: Path = SHARED / "email") -> Tally:
    """Text and number of attachments as `stalwart/*.json` has them."""
    tally = Tally()
    for path in sorted((root / "stalwart").rglob("*.json")):
        if not path.with_suffix(".eml").exists():
            continue
        want = json.loads(path.read_text())
        mail = parse_message(path.with_suffix(".eml").read_bytes())
        bodies = [want["parts"][index]["body"] for index in want["text_body"]]
        text = " ".join(one["Text"] for one in bodies if "Text" in one).split()
        html = [html_to_text(one["Html"]) for one in bodies if "Html" in one]
        whole = " ".join(one["Text"] if "Text" in one else html_to_text(one.get("Html", "")) for one in bodies).split()
        good_text = mail.text.split() in (text, whole) if not html else mail.text.split() == whole
        good_count = len(mail.attachments) == len(want["attachments"])
        tally.total += 1
        tally.right["text"] += good_text
        tally.right["attachments"] += good_count
        if not (good_text and good_count):
            tally.wrong.append(f"{path.name}: text {good_text}, attachments {len(mail.attachments)} for {len(want['attachments'])}")  # fmt: skip
    return tally


def score_every_mail(root: Path = SHARED) -> Tally:
    """All mails there are: `read` without falling back to the raw bytes, `whole` without a character that is lost."""
    tally = Tally()
    for path in sorted(
        one for folder in ("email", "bounces", "reply") for one in (root / folder).rglob("*") if one.is_file()
    ):
        raw = path.read_bytes()
        mail = parse_message(raw)
        names = [one.name for one in mail.attachments] + ([mail.from_.name] if mail.from_ else [])
        tally.total += 1
        tally.right["read"] += not any("could not be read (" in one for one in mail.problems)
        tally.right["whole"] += "\ufffd" not in " ".join((mail.text, mail.subject, *names)) or b"\xef\xbf\xbd" in raw
    return tally


def score_people(path: Path = SHARED / "support-mail" / "messages.jsonl") -> Counter[str]:
    """What kind each mail of a list of people is taken for; all of them are people."""
    kinds: Counter[str] = Counter()
    for line in path.read_text().splitlines():
        one = json.loads(line)
        subject = one["subject"].replace("\n", " ")
        answers = "In-Reply-To: <1@example.com>\n" if one.get("in_reply_to") else ""
        raw = f"From: {one['author']}@example.com\nSubject: {subject}\n{answers}\n{one['text']}".encode()
        kinds[classify(parse_message(raw))] += 1
    return kinds


def main() -> None:
    started = time.process_time()
    mails = score_mails()
    print(
        f"email/stalwart: {mails.total} mails, text {mails.share('text'):.3f}, attachments {mails.share('attachments'):.3f}"
    )
    every = score_every_mail()
    print(
        f"email, bounces, reply: {every.total} files, read {every.share('read'):.3f}, no character lost {every.share('whole'):.3f}"
    )
    print(f"support-mail: kinds {dict(score_people())}")
    for title, scores in (("reply", score_replies()), ("bounces", score_bounces())):
        for part, tally in scores.items():
            shares = ", ".join(f"{name} {tally.share(name):.3f}" for name in tally.right)
            print(f"{title} ({part}): {tally.total} mails, {shares}")
            print("\n".join(tally.wrong))
    print("support-mail: {} of {} read as reports".format(*false_alarms()))
    print(f"{time.process_time() - started:.1f} s")


if __name__ == "__main__":
    main()
