import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.core.sql import FALSE, TRUE, Sql, join


def test_values_become_numbered_parameters() -> None:
    sql = Sql("SELECT 1 FROM t WHERE a = {} AND {}", 7, Sql("b = {} OR c = {}", "x", None))
    assert sql.render() == ("SELECT 1 FROM t WHERE a = $1 AND b = $2 OR c = $3", [7, "x", None])


def test_braces_are_written_twice() -> None:
    assert Sql("SELECT '{{}}'::int[] = {}", [1]).render() == ("SELECT '{}'::int[] = $1", [[1]])


def test_wrong_number_of_arguments_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 places for 2 arguments"):
        Sql("SELECT {}", 1, 2).render()


def test_join() -> None:
    assert join(" AND ", [Sql("a = {}", 1), Sql("b = {}", 2)]).render() == ("(a = $1) AND (b = $2)", [1, 2])
    assert join(" AND ", []).render() == TRUE.render()
    assert join(" OR ", [], empty=FALSE).render() == ("false", [])


@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=4), max_leaves=20))
def test_no_value_ever_reaches_the_text(tree: object) -> None:
    def build(node: object) -> Sql:
        return join(", ", [build(n) for n in node]) if isinstance(node, list) else Sql("{}", node)

    text, args = build(tree).render()
    assert set(text) <= set("$0123456789, ()true")
    assert len(args) == text.count("$")
