"""The words of mails and files: every figure says how it is counted, in three languages, as the browser does."""

import re
from pathlib import Path

import pytest

from hark.reports import words
from hark.reports.figures import FIGURES
from hark.reports.formulas import FORMULAS
from hark.reports.types import Figure, Value

STRINGS = Path(__file__).parents[2] / "web" / "agent" / "strings"


def catalogue(language: str) -> dict[str, str]:
    text = "".join((STRINGS / f"{language}.{area}.ts").read_text("utf-8") for area in ("settings", "reports"))
    return dict(re.findall(r"^\s*'formula\.([a-z_.]+)': '([^'\n]*)',?$", text, re.MULTILINE))


@pytest.mark.parametrize(("place", "language"), [(0, "it"), (1, "ko")])
def test_formulas_are_those_of_the_browser(place: int, language: str) -> None:
    shown = catalogue(language)
    assert {key: texts[place] for key, texts in FORMULAS.items()} == {key: shown.get(key) for key in FORMULAS}


@pytest.mark.parametrize("language", ["en", "it", "ko"])
def test_every_figure_has_its_formula(language: str) -> None:
    for d in FIGURES:
        info = d.info()
        nothing = Value(count=0)
        figure = Figure(
            key=d.key, name=d.name, group=d.group, unit=d.unit, clock=d.clock, better=info.better, formula=d.formula,
            dated_by=d.dated_by, version=info.version, now=nothing, before=None, series=[], series_before=[],
        )  # fmt: skip
        said = words.formula(language, figure, d.key)
        assert (d.formula in said) == (language == "en"), d.key
        assert said.endswith(words.word(language, "definition", info.version) + ".")
