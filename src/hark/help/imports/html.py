"""HTML of other help centres as Markdown. What has no counterpart is told."""

import re
from typing import TYPE_CHECKING, Any

from hark.help.imports.dialects import Tell
from hark.help.video import find_video

if TYPE_CHECKING:
    from markdownify import MarkdownConverter

_LOST = ("form", "object", "embed", "audio", "svg", "math", "canvas", "button", "input", "select", "textarea")
_LOST_TAG = re.compile(rf"<({'|'.join(_LOST)}|script)\b", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_CALLOUT = re.compile(
    r"(?:^|[\s_-])(?:callout|note|notice|info|tip|warning|alert|caution|danger|important)(?:$|[\s_-])", re.IGNORECASE
)
_KIND = (("warn", "WARNING"), ("danger", "CAUTION"), ("caution", "CAUTION"), ("alert", "WARNING"), ("important", "IMPORTANT"),
         ("tip", "TIP"), ("success", "TIP"))  # fmt: skip


def html_to_markdown(html: str, tell: Tell) -> str:
    """The body of an article as Markdown."""
    for name in sorted({found[1].lower() for found in _LOST_TAG.finditer(html)}):
        tell(f"A part of the page ({name}) has no counterpart and was left out.")
    converter = _converter(tell)(heading_style="ATX", bullets="-", escape_misc=False, autolinks=False)
    text: str = converter.convert(_HIDDEN.sub("", html))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _converter(tell: Tell) -> "type[MarkdownConverter]":
    from markdownify import MarkdownConverter

    class Converter(MarkdownConverter):
        """Adds videos, callouts and the language of code."""

        def convert_iframe(self, el: Any, text: str, parent_tags: Any) -> str:
            src = str(el.get("src") or el.get("data-src") or "")
            src = f"https:{src}" if src.startswith("//") else src
            title = re.sub(r"[\[\]\n]", " ", str(el.get("title") or "")).strip()
            if video := find_video(src):
                return f"\n\n@[{title}]({video.page})\n\n"
            if src.startswith(("http://", "https://")):
                tell("A frame from another site became a link.")
                return f"\n\n[{title or src}]({src})\n\n"
            return ""

        def convert_video(self, el: Any, text: str, parent_tags: Any) -> str:
            source = el.find("source")
            src = str(el.get("src") or (source.get("src") if source else "") or "")
            return f"\n\n@[]({src})\n\n" if src else ""

        def convert_div(self, el: Any, text: str, parent_tags: Any) -> str:
            classes = " ".join(el.get("class") or [])
            words = text.strip()
            if words and _CALLOUT.search(classes) and "_inline" not in parent_tags:
                kind = next((name for part, name in _KIND if part in classes.lower()), "NOTE")
                quoted = "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
                return f"\n\n> [!{kind}]\n{quoted}\n\n"
            return f"\n\n{words}\n\n" if words and "_inline" not in parent_tags else text

        def convert_pre(self, el: Any, text: str, parent_tags: Any) -> str:
            code = el.find("code") or el
            names = [
                c
                for c in [*(el.get("class") or []), *(code.get("class") or [])]
                if c.startswith(("language-", "lang-"))
            ]
            language = names[0].partition("-")[2] if names else ""
            return f"\n\n```{language}\n{code.get_text().strip(chr(10))}\n```\n\n"

        def convert_script(self, el: Any, text: str, parent_tags: Any) -> str:
            return ""

        convert_style = convert_button = convert_select = convert_textarea = convert_svg = convert_script

    return Converter
