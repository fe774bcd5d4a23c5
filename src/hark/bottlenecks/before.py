"""Before the first message: visits in which somebody looked for help, as a flow, and who gave up where."""

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hark.bottlenecks.graph import build_flow
from hark.bottlenecks.journey import EPOCH_S, CaseIds
from hark.bottlenecks.log import NOBODY, Log, last_rows
from hark.bottlenecks.queries import LANDED_SEARCH
from hark.bottlenecks.types import Before
from hark.value.stake import two_digits
from hark.value.types import ValueModel
from hark.visits.types import FactKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hark.bottlenecks.log import Codes, Flags

STEPS = {
    LANDED_SEARCH: "landed_search", FactKind.LANDED.value: "landed", FactKind.SEARCH.value: "search",
    FactKind.ARTICLE.value: "article", FactKind.OPENED.value: "opened", FactKind.FORM.value: "form", FactKind.SENT.value: "sent",
}  # fmt: skip
"""How a visit came (from a search engine or not), and what was done in it until the message was sent."""

PRICED = "form"

_LANDINGS = [LANDED_SEARCH, FactKind.LANDED.value]


class Visits(msgspec.Struct, frozen=True, kw_only=True):
    """A log of visits; per case its visitor (a number), whether they wrote within seven days, and the last step."""

    log: Log
    ids: CaseIds
    visitor: "Codes"
    wrote: "Flags"
    last: "Codes"

    def gave_up_at(self, step: str) -> list[UUID]:
        """The visits that got no further than this step and never wrote."""
        import numpy as np

        codes = [i for i, key in enumerate(self.log.activities) if key == step]
        return [self.ids.id(int(at)) for at in np.flatnonzero(~self.wrote & np.isin(self.last, codes))]


def read_visits(rows: "NDArray[np.void]") -> Visits:
    """The rows of `queries.copy_visits` as a log: a step lasts until the next one, or until the visitor left; the same
    step again in a row is one. What comes after the message was sent is no part of it."""
    import numpy as np

    at, step = rows["at"].astype("f8") / 1e6 + EPOCH_S, rows["step"].astype("i4")
    visit = np.unique(np.ascontiguousarray(rows["visit"]).view("S16"), return_inverse=True)[1].astype(np.int32)
    order = np.lexsort((np.where(np.isin(step, _LANDINGS), 0, step), at, visit))
    at, step, visit, rows = at[order], step[order], visit[order], rows[order]
    own = np.flatnonzero(np.concatenate(([1], np.diff(visit)))) if len(at) else order
    until = np.concatenate((at[1:], at[-1:]))
    until[np.append(own[1:], len(at)) - 1] = at[np.append(own[1:], len(at)) - 1]  # the last one of a visit
    is_sent = step == FactKind.SENT.value
    sent = np.cumsum(is_sent) - is_sent
    inside = (sent == sent[own][visit]) & (step != FactKind.LEFT.value)
    at, step, visit, until, is_sent = at[inside], step[inside], visit[inside], until[inside], is_sent[inside]
    new = np.ones(len(at), np.bool_)
    new[1:] = (visit[1:] != visit[:-1]) | (step[1:] != step[:-1])
    groups = np.flatnonzero(new)
    ends = np.append(groups[1:], len(at)) - 1 if len(groups) else groups
    codes = {kind: i for i, kind in enumerate(STEPS)}
    ids = CaseIds(rows["visit"][own])
    log = Log(
        case=visit[groups], activity=np.array([codes[int(kind)] for kind in step[groups]], np.int32),
        resource=np.full(len(groups), NOBODY, np.int32), t0=at[groups],
        t1=np.where(is_sent[groups], at[groups], until[ends]), cost=np.zeros(len(groups)),
        lasts=np.zeros(len(groups), np.bool_), activities=list(STEPS.values()), resources=[], cases=ids,
    )  # fmt: skip
    visitor = np.unique(np.ascontiguousarray(rows["visitor"][own]).view("S16"), return_inverse=True)[1]
    return Visits(
        log=log, ids=ids, visitor=visitor.astype(np.int32), wrote=rows["wrote"][own].astype(np.bool_),
        last=log.activity[last_rows(log)],
    )  # fmt: skip


def price_visits(visits: Visits, model: ValueModel) -> Before:
    """The flow of the visits and who gave up where, with the price of those who had begun to write (see `Before`)."""
    import numpy as np

    lost = ~visits.wrote
    gave_up = np.bincount(visits.last[lost], minlength=len(visits.log.activities))
    priced = np.unique(visits.visitor[lost & (visits.last == visits.log.activities.index(PRICED))]).size
    each = two_digits(model.default_monthly_minor * model.months) * model.leave_once
    return Before(
        visits=len(visits.ids), flow=build_flow(visits.log), wrote=int(visits.wrote.sum()),
        gave_up={key: int(n) for key, n in zip(visits.log.activities, gave_up, strict=True) if n},
        cost=float(priced * each), each_minor=float(each), priced=int(priced),
    )  # fmt: skip
