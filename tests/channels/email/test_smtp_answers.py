"""What servers say when they refuse, and what follows from it."""

import pytest

from hark.channels.email.smtp_answers import judge, meaning, read_answer


@pytest.mark.parametrize(("code", "said", "stage", "verdict"), [
    (450, "4.2.0 Greylisted, see http://postgrey.example", "recipient", "later"),
    (451, "4.7.1 Please try again later", "recipient", "later"),
    (452, "4.5.3 Too many recipients", "recipient", "later"),
    (452, "4.2.2 Mailbox full", "recipient", "later"),
    (550, "5.1.1 User unknown", "recipient", "never"),
    (552, "5.2.2 Over quota", "recipient", "never"),
    (550, "5.7.1 Relaying denied", "recipient", "never"),
    (421, "4.7.0 Try again later, closing connection", "sender", "later"),
    (421, "4.7.28 Our system has detected an unusual rate of mail", "data", "slow"),
    (450, "4.2.1 Peak SMTP relay limit exceeded for customer", "sender", "slow"),
    (550, "5.4.5 Daily user sending limit exceeded", "data", "slow"),
    (554, "5.1.90 Your message can't be sent because you've reached your daily limit", "data", "slow"),
    (432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "data", "slow"),
    (454, "Throttling failure: Maximum sending rate exceeded.", "data", "slow"),
    (454, "Throttling failure: Daily message quota exceeded.", "data", "slow"),
    (530, "5.7.0 Authentication Required", "sender", "account"),
    (535, "5.7.8 Bad credentials", "sign_in", "account"),
    (554, "5.7.1 Service unavailable; client host blocked", "connect", "account"),
    (552, "5.3.4 Message size exceeds fixed limit", "data", "too_large"),
    (552, "Message size exceeds maximum permitted", "sender", "too_large"),
    (552, "5.2.3 Message exceeds maximum fixed size", "data", "too_large"),
    (550, "5.2.3 Message size exceeds his limit", "recipient", "never"),
    (554, "5.7.1 Spam message rejected", "data", "never"),
    (452, "4.3.1 Insufficient system storage", "data", "later"),
])  # fmt: skip
def test_what_follows(code: int, said: str, stage: str, verdict: str) -> None:
    assert judge(read_answer(code, said), stage) == verdict  # type: ignore[arg-type]


def test_lines_of_one_answer_are_one_sentence() -> None:
    answer = read_answer(550, "5.7.26 This mail is unauthenticated,\n5.7.26 which poses a risk.")
    assert answer == (550, "5.7.26", "5.7.26 This mail is unauthenticated, which poses a risk.")
    assert "does not prove this mail" in meaning(answer)
    assert str(read_answer(250, "")) == "250"


@pytest.mark.parametrize(("said", "words"), [
    ("5.1.1 <kim@x.example>: Recipient address rejected: User unknown", "no such mailbox"),
    ("5.2.2 mailbox full", "full"), ("5.4.7 I have nothing to say", ""),
])  # fmt: skip
def test_the_cause_in_a_sentence(said: str, words: str) -> None:
    assert (words in meaning(read_answer(550, said))) if words else meaning(read_answer(550, said)) == ""
