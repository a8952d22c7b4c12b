"""Untrusted text made safe for Slack: cleaned, escaped, measured and cut, never interpreted."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, timedelta

ELLIPSIS = "…"
_INVISIBLE = "\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_BROKEN = "\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff" + "".join(
    chr(plane + end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)
)
_UNSAFE = re.compile(f"[{_INVISIBLE}{_BROKEN}]")
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Without what could hide or break text: control and bidi characters, lone surrogates, NUL.

    Line ends become LF and tabs spaces; each other removed character leaves U+FFFD where it could
    change the meaning (NUL, surrogates) and nothing where it is only invisible.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _UNSAFE.sub(lambda m: "" if _HIDDEN.match(m[0]) else "\ufffd", text)


_STARTS = re.compile(r"^(\s*$|\s*(\d+[.)]|[-*•>])\s|```)")


def unwrapped(text: str) -> str:
    """Lines that an author broke for the file's width, joined: a phone breaks them itself.

    Blank lines, list items, quotes and code keep their line.
    """
    joined: list[str] = []
    fenced = False
    for line in text.splitlines():
        if joined and not fenced and joined[-1].strip() and not _STARTS.match(line):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
        else:
            joined.append(line)
        fenced ^= line.count("```") % 2 == 1
    return "\n".join(joined)


def one_line(text: str) -> str:
    """Cleaned, with every run of white space as one blank."""
    return _SPACES.sub(" ", clean(text)).strip()


def size(text: str) -> int:
    """Length as Slack counts it at worst: UTF-16 units, an emoji being two."""
    return len(text) + sum(ord(char) > 0xFFFF for char in text)


def clip(text: str, limit: int) -> str:
    """At most `limit` units, the last being an ellipsis where something was cut."""
    if size(text) <= limit:
        return text
    kept: list[str] = []
    left = limit - 1
    for char in text:
        left -= size(char)
        if left < 0:
            break
        kept.append(char)
    return "".join(kept) + ELLIPSIS if limit > 0 else ""


def escape(text: str) -> str:
    """Slack's own escaping: only & < >, so that no mention, link or channel can be written."""
    return "".join(_ENTITIES.get(char, char) for char in text)


def fit(text: str, limit: int, *, fences: bool = False) -> str:
    """Clean, escape and cut to `limit` escaped units; a cut says how many characters are gone.

    Code fences are taken out unless allowed: an open one would swallow what follows.
    """
    text = clean(text) if fences else clean(text).replace("```", "'''")
    if size(escape(text)) <= limit:
        return escape(text)
    reserve = len(f"{ELLIPSIS} (cut: 9,999,999 more characters)")
    kept = _prefix(text, max(limit - reserve, 0))
    return clip(f"{escape(kept)}{ELLIPSIS} (cut: {len(text) - len(kept):,} more characters)", limit)


def _prefix(text: str, limit: int) -> str:
    """The longest prefix whose escaped form has at most `limit` units."""
    left = limit
    for index, char in enumerate(text):
        left -= size(_ENTITIES.get(char, char))
        if left < 0:
            return text[:index]
    return text


def code(value: str, limit: int = 80) -> str:
    """An untrusted value as an inline code span that it cannot leave."""
    shown = clip(one_line(value).replace("`", "'"), limit)
    return f"`{escape(shown) or ' '}`"


def width(text: str) -> int:
    """Columns that `text` takes in a monospaced font."""
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def clip_width(text: str, columns: int) -> str:
    """At most `columns` monospaced columns."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for char in text:
        used += _char_width(char)
        if used > columns - 1:
            break
        kept.append(char)
    return "".join(kept) + ELLIPSIS


def number(value: float | None, kind: str = "count", unit: str = "") -> str:
    """A value as people read it: 1,234 or 0.0123 or 1.23 %, with its unit; none is 'no data'."""
    if value is None or not math.isfinite(value):
        return "no data"
    if kind == "rate":
        return f"{_digits(value * 100)} %"
    name = one_line(unit).replace("`", "")
    if abs(value) == 1 and name.endswith("s") and not name.endswith("ss"):
        name = name.removesuffix("s")  # 1 network
    return f"{_digits(value)} {name}".strip()


def _digits(value: float) -> str:
    if math.isinf(value):  # a percentage of the largest floats
        return str(value)
    if abs(value) < 1e15 and value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 1000 or abs(value) < 1e-4:
        return f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.3g}"
    return f"{value:.4g}"


def plural(count: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def day(value: date) -> str:
    """`Mon 2 Mar 2026`, in English whatever the locale."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return f"{names[value.weekday()]} {short_day(value)} {value.year}"


def short_day(value: date) -> str:
    """`2 Mar`."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{value.day} {months[value.month - 1]}"


def clock(at: datetime) -> str:
    """`2 Mar 04:30 UTC`."""
    return f"{short_day(at)} {at:%H:%M} UTC"


def span_of(wait: timedelta) -> str:
    """`45 min`, `3 h`, `2 h 30 min`, `2 days`."""
    minutes = max(int(wait.total_seconds() // 60), 0)
    if minutes >= 48 * 60:
        return plural(minutes // (24 * 60), "day")
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    return " ".join([*parts, *([f"{rest} min"] if rest or not hours else [])])
