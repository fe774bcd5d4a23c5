"""Pictures lose what they tell beside the picture, and nothing of the picture."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.pictures import jpeg, png, webp

from hark.core.images import bare_image, image_type

WHERE = b"GPS 37.5665 N 126.9780 E"
KINDS = [(png, "image/png"), (jpeg, "image/jpeg"), (webp, "image/webp")]


@pytest.mark.parametrize(("make", "kind"), KINDS)
def test_what_a_camera_wrote_is_left_out(make: object, kind: str) -> None:
    plain, told = make(), make(told=WHERE)  # type: ignore[operator]
    assert image_type(told) == kind
    assert WHERE in told
    assert bare_image(told) == plain
    assert bare_image(plain) == plain
    assert bare_image(told + b"<script>and something behind it</script>") == plain


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_jpeg_keeps_which_side_is_up(order: str, orientation: int) -> None:
    bare = bare_image(jpeg(told=WHERE, orientation=orientation, order=order))
    assert WHERE not in bare
    assert bare == bare_image(bare)
    assert pack(">HHIH", 0x0112, 3, 1, orientation) in bare
    assert bare != jpeg()


@pytest.mark.parametrize("data", [
    b"", b"<svg onload=alert(1)>", b"GIF89a", b"RIFF....WAVE", b"\xff\xd8\xff\xd9",
])  # fmt: skip
def test_other_things_are_no_pictures(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a|no picture|cut off"):
        bare_image(data)


@pytest.mark.parametrize(("make", "_kind"), KINDS)
def test_no_beginning_of_one_is_a_whole_one(make: object, _kind: str) -> None:
    whole = make(told=WHERE)  # type: ignore[operator]
    for size in range(len(whole)):
        with pytest.raises(ValueError, match=r"not a|no picture|cut off"):
            bare_image(whole[:size])


@given(st.sampled_from([png(), jpeg(told=WHERE, orientation=6), webp(told=WHERE)]), st.data())
def test_damage_is_refused_or_survived(whole: bytes, data: st.DataObject) -> None:
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        broken[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        bare = bare_image(bytes(broken))
    except ValueError:
        return
    assert image_type(bare) is not None
    assert len(bare) <= len(broken) + 40
