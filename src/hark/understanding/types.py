"""The words of understanding: what is read in a message, what a person says instead, and what a training has found."""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

import msgspec

from hark.core.events import Event
from hark.core.http import Body


class Task(IntEnum):
    """What is asked of a message. Values: a topic's id; `hark.value.types.Severity` and `Difficulty`; -1, 0, 1; 0 or 1."""

    TOPIC = 1
    SEVERITY = 2
    DIFFICULTY = 3
    SENTIMENT = 4
    NEEDS_ANSWER = 5


TaskName = Literal["topic", "severity", "difficulty", "sentiment", "needs_answer"]
TASKS: dict[Task, TaskName] = {
    Task.TOPIC: "topic", Task.SEVERITY: "severity", Task.DIFFICULTY: "difficulty", Task.SENTIMENT: "sentiment",
    Task.NEEDS_ANSWER: "needs_answer",
}  # fmt: skip
TASK_OF: dict[str, Task] = {name: task for task, name in TASKS.items()}

SIGNALS = ("wants_person", "angry", "billing", "leaving", "thanks")
"""The rules' findings in the order of their bits in `readings.signals`."""

States = Literal["waiting", "running", "done", "stopped", "failed"]
STATES: tuple[States, ...] = ("waiting", "running", "done", "stopped", "failed")


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a reason stands in the text of its message, so that erasing the message erases it."""

    start: int
    end: int


class Guessed(msgspec.Struct, frozen=True, kw_only=True):
    """One guess as it is stored. `before` is what stood there when it was applied."""

    task: Task
    value: int | None
    confidence: float
    known: bool
    applied: bool = False
    before: int | None = None
    because: list[Place] = []


# what people see ------------------------------------------------------------------------------------------------------


class GuessView(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is the most likely one, and means something only when `known`. `state`: "set" stands in the conversation,
    "undone" and "corrected" (to `corrected_to`) by a person, "kept" stood against what a person or rule had set, else
    "seen". `because`: the customer's own words that spoke most for it."""

    task: TaskName
    value: int | None
    label: str
    confidence: float
    known: bool
    state: Literal["set", "undone", "corrected", "kept", "seen"]
    corrected_to: int | None = None
    because: list[str] = []


class ReadingView(msgspec.Struct, frozen=True, kw_only=True):
    """What was read in one message of a customer. `model_id` is None where only rules have read it."""

    message_id: UUID
    at: datetime
    language: str
    signals: list[str]
    guesses: list[GuessView]
    model_id: UUID | None
    can: list[str]


class ReadingCorrection(Body):
    """What a message really is. `value` None: none of them; with `undo` what the classifier had set is only taken back."""

    task: TaskName
    value: Annotated[int, msgspec.Meta(ge=-1, le=2**31 - 1)] | None = None
    undo: bool = False


class LanguageScore(msgspec.Struct, frozen=True, kw_only=True):
    """Out-of-fold: share of right answers among all, share that is acted on, and how many of those are right."""

    language: str
    examples: int
    right: float
    known: float
    precise: float
    threshold: float


class LabelScore(msgspec.Struct, frozen=True, kw_only=True):
    """`found`: share of its examples that were recognised; `precise`: share of what was taken for it that was."""

    value: int | None
    label: str = ""
    examples: int
    found: float
    precise: float


class TaskReport(msgspec.Struct, frozen=True, kw_only=True):
    """Cross-validated figures of one task. `matrix[i][j]`: examples of label i that were taken for label j, of the labels
    as listed; the last column counts "not known". `examples` include the starter set's `starters`. `embedded`: of the
    classifier with embeddings, which was right no less often than the one without."""

    task: TaskName
    examples: int
    starters: int
    right: float
    known: float
    precise: float
    languages: list[LanguageScore]
    labels: list[LabelScore]
    matrix: list[list[int]]
    left_out: list[int] = []
    embedded: bool = False


class TrainingReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a training has found. `seconds` it took; `impossible`: tasks that had too few labels; `embedder`: the model whose
    embeddings it learned with, "" without."""

    tasks: list[TaskReport]
    impossible: list[TaskName] = []
    seconds: float = 0.0
    embedder: str = ""


class TrainingView(msgspec.Struct, frozen=True, kw_only=True):
    """One training. `seconds_left` is an estimate while it runs."""

    id: UUID
    state: States
    progress: float
    asked_by: str | None
    created_at: datetime
    finished_at: datetime | None
    in_use: bool
    labels: int
    problem: str | None
    seconds_left: float | None = None
    report: TrainingReport | None = None
    can: list[str] = []


class UnderstandingWeek(msgspec.Struct, frozen=True, kw_only=True):
    """One week of customers' messages: how many, the share whose topic was not known, and how far its topics lie from
    those of the training (0 the same, 1 nothing in common)."""

    week: datetime
    messages: int
    unknown: float
    moved: float | None


class AgreementView(msgspec.Struct, frozen=True, kw_only=True):
    """Of what was set in the last 30 days: how much people left as it was, and how much they changed or took back."""

    task: TaskName
    set: int
    changed: int


class TopicShare(msgspec.Struct, frozen=True, kw_only=True):
    topic_id: int
    label: str
    trained: float
    now: float


class UnderstandingView(msgspec.Struct, frozen=True, kw_only=True):
    """The page: what is in use, what is under way or failed last, agreement with people, and drift. `topics`: how often
    each came in the last 30 days against the training, those that moved most first. `embeddings_problem`: why the operator's
    embedding model gives nothing at the moment."""

    current: TrainingView | None
    last: TrainingView | None
    new_labels: int
    agreement: list[AgreementView]
    weeks: list[UnderstandingWeek]
    topics: list[TopicShare]
    embeddings_problem: str | None = None
    can: list[str]


# events ---------------------------------------------------------------------------------------------------------------


class TrainingChanged(Event, frozen=True, kw_only=True):
    """A training was asked for, is done, was stopped or has failed; readers fetch it again."""

    kind: ClassVar[int] = 225
    model_id: UUID
    state: int


class ReadingCorrected(Event, frozen=True, kw_only=True):
    """A person said what a message really is; `value` null: none of them, or only taken back."""

    kind: ClassVar[int] = 226
    message_id: UUID
    task: int
    guessed: int | None = None
    value: int | None = None


EVENTS: tuple[type[Event], ...] = (TrainingChanged, ReadingCorrected)
