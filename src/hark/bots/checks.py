"""What is wrong with a flow: each problem names its block and says what to do. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from urllib.parse import urlsplit

import msgspec

from hark.bots.answers import fold
from hark.bots.conditions import check_condition
from hark.bots.flow import (
    Answer,
    AnyBlock,
    ArticleBlock,
    Ask,
    BotFlow,
    Buttons,
    Condition,
    HandOver,
    OnEvent,
    OnPage,
    Resolve,
    Say,
    Set,
    SetTags,
    SetTeam,
    SetTopic,
    Start,
    Survey,
    Wait,
    WebhookBlock,
    exits,
)
from hark.bots.types import FlowProblem


class There(msgspec.Struct, frozen=True, kw_only=True):
    """What a flow can name. `model`: a language model may answer customers."""

    tags: Collection[int] = ()
    teams: Collection[int] = ()
    topics: Collection[int] = ()
    accounts: Collection[int] = ()
    articles: Collection[int] = ()
    model: bool = False


def check_flow(flow: BotFlow, there: There) -> list[FlowProblem]:
    """Everything that is wrong, errors first, in the order of the blocks."""
    blocks = {block.id: block for block in flow.blocks}
    found = [*_whole(flow, there)]
    reached = _reached(flow, blocks)
    for block in flow.blocks:
        found += _ways(block, blocks)
        found += _content(block, flow, there)
        if block.id not in reached:
            found.append(
                _warn("unreachable", block, "No way leads to this block. Connect something to it, or delete it.")
            )
    found += _circles(flow, blocks, reached)
    found += _people(flow, blocks, reached)
    return sorted(found, key=lambda problem: problem.level != "error")


def is_publishable(problems: Iterable[FlowProblem]) -> bool:
    return all(problem.level != "error" for problem in problems)


def _error(code: str, block: AnyBlock | None, message: str, port: str | None = None) -> FlowProblem:
    return FlowProblem(code=code, block_id=block.id if block else None, message=message, port=port)


def _warn(code: str, block: AnyBlock | None, message: str, port: str | None = None) -> FlowProblem:
    return FlowProblem(code=code, block_id=block.id if block else None, message=message, port=port, level="warning")


# the whole ------------------------------------------------------------------------------------------------------------


def _whole(flow: BotFlow, there: There) -> Iterator[FlowProblem]:
    starts = [block for block in flow.blocks if isinstance(block, Start)]
    if not starts:
        yield _error("no_start", None, "Nothing starts this bot. Add a start block and say when the bot begins.")
    for id, times in Counter(block.id for block in flow.blocks).items():
        if times > 1:
            yield FlowProblem(
                code="same_id", block_id=id, message="Two blocks have the same id. Give one of them another."
            )
    audience = flow.audience
    if not audience.channels:
        yield _error("no_channel", None, "The bot speaks on no channel. Choose the messenger, mail, or both.")
    if wrong := check_condition(audience.when):
        yield _error("bad_condition", None, f"The condition on the audience cannot be used. {wrong}")
    if not set(audience.account_ids) <= set(there.accounts):
        yield _error("unknown_account", None, "The audience names a mailbox or messenger that is not there any more. Choose again.")  # fmt: skip
    site = [block for block in starts if isinstance(block.on, OnPage | OnEvent)]
    if site and "messenger" not in audience.channels:
        yield _error("no_messenger", site[0], "Pages and events of the site are known in the messenger only. Add it to the audience, or start otherwise.")  # fmt: skip


# ways -----------------------------------------------------------------------------------------------------------------


def _ways(block: AnyBlock, blocks: Mapping[str, AnyBlock]) -> Iterator[FlowProblem]:
    for port, to in exits(block):
        if to is not None and to not in blocks:
            yield _error("unknown_block", block, "This way leads to a block that is not there. Connect it anew.", port)
        elif to is not None and isinstance(blocks[to], Start):
            yield _error("to_start", block, "No way may lead back to a start block. Connect it to the block behind.", port)  # fmt: skip
    if isinstance(block, Start) and block.next is None:
        yield _error("no_way_out", block, "Nothing comes after this start. Connect it to the first block.", "next")
    if isinstance(block, Set | Say | ArticleBlock) and block.next is None:
        yield _warn("ends_here", block, "Nothing comes after this block: a person takes over here. Connect it if you mean something else.", "next")  # fmt: skip


def _reached(flow: BotFlow, blocks: Mapping[str, AnyBlock]) -> set[str]:
    return _from(blocks, [block.id for block in flow.blocks if isinstance(block, Start)])


def _from(blocks: Mapping[str, AnyBlock], ids: Iterable[str]) -> set[str]:
    """Everything that can be come to from these, they included."""
    seen: set[str] = set()
    todo = [id for id in ids if id in blocks]
    while todo:
        id = todo.pop()
        if id not in seen:
            seen.add(id)
            todo += [to for _, to in exits(blocks[id]) if to is not None and to in blocks]
    return seen


PAUSES = (Buttons, Ask, Answer, Survey, Wait)
"""Blocks that wait: for the customer, or for a while."""


def _circles(flow: BotFlow, blocks: Mapping[str, AnyBlock], reached: set[str]) -> Iterator[FlowProblem]:
    """Blocks that lead back to themselves without anybody being asked between."""
    passing = {id: b for id, b in blocks.items() if not isinstance(b, PAUSES)}
    told: set[str] = set()
    for block in flow.blocks:
        if block.id not in passing or block.id in told:
            continue
        ahead = [to for _, to in exits(block) if to is not None and to in passing]
        circle = _from(passing, ahead)
        if block.id in circle:
            told |= {id for id in circle if block.id in _from(passing, [id])}
            yield _error("loop", block, "From here the flow runs in a circle without asking the customer anything. Put a question, buttons or a wait into it, or lead it elsewhere.")  # fmt: skip


def _people(flow: BotFlow, blocks: Mapping[str, AnyBlock], reached: set[str]) -> Iterator[FlowProblem]:
    """From every block there must be an end, and a way to a person."""
    ends = {id for id, block in blocks.items() if _ends(block)}
    people = {id for id, block in blocks.items() if _is_person(block)}
    for block in flow.blocks:
        if block.id not in reached:
            continue
        ahead = _from(blocks, [block.id])
        if isinstance(block, Start) and block.next is not None and not ahead & people:
            yield _error("no_person", block, "No way from here leads to a person. Add a hand-over, for example where the answer did not help.")  # fmt: skip
        elif not ahead & ends:
            yield _error("no_way_out", block, "There is no way out from here: the flow never ends. Lead one way to a hand-over or to a block that resolves.")  # fmt: skip


def _ends(block: AnyBlock) -> bool:
    if isinstance(block, HandOver | Resolve):
        return True
    return not isinstance(block, Start) and any(to is None for _, to in exits(block))


def _is_person(block: AnyBlock) -> bool:
    """Whether one way of the block is a person: a hand-over, or a way that is left open (but "that helped")."""
    if isinstance(block, HandOver):
        return True
    if isinstance(block, Resolve | Start):
        return False
    return any(to is None for port, to in exits(block) if port != "accepted")


# what is in them --------------------------------------------------------------------------------------------------------


def _content(block: AnyBlock, flow: BotFlow, there: There) -> Iterator[FlowProblem]:
    yield from _texts(block, flow)
    match block:
        case Buttons():
            yield from _buttons(block)
        case Ask():
            yield from _ask(block)
        case Condition():
            if not block.branches:
                yield _error("empty", block, "This condition has no branch. Add one, or connect what is around it directly.")  # fmt: skip
            for branch in block.branches:
                if wrong := check_condition(branch.when):
                    yield _error("bad_condition", block, wrong, branch.id)
        case WebhookBlock():
            yield from _webhook(block)
        case Set():
            yield from _settings(block, there)
        case HandOver(team_id=team_id) if team_id is not None and team_id not in there.teams:
            yield _error("unknown_team", block, "The team of this hand-over is not there any more. Choose another one.")
        case Answer(words="model") if not there.model:
            yield _warn("no_model", block, "Language models may not answer customers in this workspace, so the article is shown. Allow it in the settings, or leave this off.")  # fmt: skip
        case ArticleBlock(article_id=article_id) if article_id not in there.articles:
            yield _error("unknown_article", block, "This article is not there, or not published. Choose another one.")


def _texts(block: AnyBlock, flow: BotFlow) -> Iterator[FlowProblem]:
    """What must be said is said in the flow's language; other languages are complete where they are begun."""
    needed = block.text if isinstance(block, Say | Buttons | Ask | Survey) else None
    if needed is not None and not any(text.strip() for text in needed.values()):
        yield _error("no_text", block, "This block says nothing. Write its text.")
    elif needed is not None and not needed.get(flow.language, "").strip():
        yield _warn("no_translation", block, f"The text is missing in the language of the flow ({flow.language}); customers get another one.")  # fmt: skip
    spoken = {language for one in flow.blocks if isinstance(one, Say | Buttons | Ask | Survey) for language in one.text}
    missing = sorted(language for language in spoken if needed and not needed.get(language, "").strip())
    if needed and missing and missing != [flow.language]:
        yield _warn("no_translation", block, f"The text is missing in: {', '.join(missing)}.")


def _buttons(block: Buttons) -> Iterator[FlowProblem]:
    if not block.buttons:
        yield _error("no_buttons", block, "There is nothing to choose. Add a button.")
    for button in block.buttons:
        if not any(label.strip() for label in button.label.values()):
            yield _error("no_text", block, "A button has no words. Write them, or delete it.", button.id)
    if len({button.id for button in block.buttons} | {"other"}) <= len(block.buttons):
        yield _error("same_id", block, "Two buttons have the same id, or one is called “other”. Rename one.")
    said = Counter(name for b in block.buttons for name in {fold(label) for label in b.label.values() if label.strip()})
    if twice := [label for label, times in said.items() if times > 1]:
        yield _error("same_label", block, f"Two buttons say “{twice[0]}”: an answer in words could mean either. Change one.")  # fmt: skip


def _ask(block: Ask) -> Iterator[FlowProblem]:
    if block.kind == "choice" and len(block.choices) < 2:
        yield _error("no_choices", block, "This question has fewer than two choices. Add some, or ask for a text.")
    said = Counter(n for c in block.choices for n in {fold(x) for x in (c.value, *c.label.values()) if x.strip()})
    if twice := [label for label, times in said.items() if times > 1]:
        yield _error("same_label", block, f"Two choices say “{twice[0]}”: an answer could mean either. Change one.")
    for bound in (block.least, block.most):
        if bound is not None and not _is_bound(block.kind, bound):
            yield _error("bad_bound", block, f"“{bound}” cannot bound this answer. Write a number, or a date as 2026-03-31.")  # fmt: skip


def _is_bound(kind: str, bound: str) -> bool:
    try:
        if kind == "number":
            float(bound)
        elif kind == "date":
            from datetime import date

            date.fromisoformat(bound)
    except ValueError:
        return False
    return kind in ("number", "date")


def _webhook(block: WebhookBlock) -> Iterator[FlowProblem]:
    try:
        parts = urlsplit(block.url)
        host = parts.hostname or ""
        good = parts.scheme == "https" and bool(host) and "{" not in parts.netloc and parts.port != 0
    except ValueError:
        good = False
    if not good:
        yield _error("bad_url", block, "The address must begin with https:// and a host that is written out. Variables may stand behind it.")  # fmt: skip


def _settings(block: Set, there: There) -> Iterator[FlowProblem]:
    if not block.actions:
        yield _warn("empty", block, "This block sets nothing. Add something, or delete it.")
    for action in block.actions:
        match action:
            case SetTags(add=add, remove=remove) if not {*add, *remove} <= set(there.tags):
                yield _error("unknown_tag", block, "A tag of this block is not there any more. Choose another one.")
            case SetTeam(team_id=team_id) if team_id not in there.teams:
                yield _error("unknown_team", block, "The team of this block is not there any more. Choose another one.")
            case SetTopic(topic_id=topic_id) if topic_id not in there.topics:
                yield _error("unknown_topic", block, "The topic of this block is gone or archived. Choose another one.")
