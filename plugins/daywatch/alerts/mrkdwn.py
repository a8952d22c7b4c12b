"""Slack's markup as HTML, for previews: what a Slack client would show, and nothing more."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_ANGLE = re.compile(r"<([^<>\n]+)>")
_STYLES = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"<i>\1</i>"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), r"<s>\1</s>"),
)
_QUOTE = re.compile(r"(?m)^&gt; (.*)$")
_EMOJI = re.compile(r":([a-z_]+):")
_DRAWN = {
    "red_circle": "dot red",
    "large_orange_circle": "dot orange",
    "large_yellow_circle": "dot yellow",
    "large_blue_circle": "dot blue",
    "white_circle": "dot white",
    "white_check_mark": "sign ok",
    "construction": "sign work",
    "warning": "sign warn",
    "eyes": "sign plain",
    "bust_in_silhouette": "sign plain",
    "zzz": "sign plain",
    "small_red_triangle": "sign warn",
    "rotating_light": "sign warn",
    "alarm_clock": "sign warn",
    "bell": "sign plain",
    "no_bell": "sign plain",
    "card_index": "sign plain",
}
_LETTER = {
    "white_check_mark": "✓",
    "construction": "!",
    "warning": "!",
    "eyes": "●",
    "bust_in_silhouette": "→",
    "zzz": "z",
    "small_red_triangle": "▲",
    "rotating_light": "!",
    "alarm_clock": "!",
    "bell": "♪",
    "no_bell": "✕",
    "card_index": "≡",
}
_STASH = "\x02{}\x03"


def to_html(mrkdwn: str) -> str:
    """HTML of a mrkdwn text, as Slack escapes it; unknown markup stays the text that it is."""
    kept: list[str] = []

    def stash(rendered: str) -> str:
        kept.append(rendered)
        return _STASH.format(len(kept) - 1)

    text = re.sub("[\x02\x03]", "", mrkdwn)
    text = _FENCE.sub(lambda m: stash(f"<pre>{_safe(m[1])}</pre>"), text)
    text = _CODE.sub(lambda m: stash(f"<code>{_safe(m[1])}</code>"), text)
    text = _ANGLE.sub(lambda m: stash(_angle(m[1])), text)
    text = _safe(text)
    for pattern, replacement in _STYLES:
        text = pattern.sub(replacement, text)
    text = _QUOTE.sub(r"<q>\1</q>", text)
    text = emoji(text).replace("\n", "<br>")
    return re.sub("\x02(\\d+)\x03", lambda m: _unstash(m, kept), text)


def _unstash(match: re.Match[str], kept: list[str]) -> str:
    # A stashed link label may hold a stashed code span.
    return re.sub("\x02(\\d+)\x03", lambda m: kept[int(m[1])], kept[int(match[1])])


def plain_to_html(text: str) -> str:
    """HTML of a plain_text object: no markup but emoji names."""
    return emoji(html.escape(text)).replace("\n", "<br>")


def emoji(escaped: str) -> str:
    """Our few emoji drawn with CSS, so that a page looks the same without an emoji font."""

    def draw(match: re.Match[str]) -> str:
        name = match[1]
        if name not in _DRAWN:
            return match[0]
        letter = _LETTER.get(name, "")
        return f'<span class="{_DRAWN[name]}" role="img" aria-label="{name}">{letter}</span>'

    return _EMOJI.sub(draw, escaped)


def _safe(text: str) -> str:
    """HTML of text in which Slack has escaped & < >, and quotes are left over."""
    return html.escape(html.unescape(text))


def _angle(inside: str) -> str:
    """A link, a mention or a channel; everything else is shown as it is written."""
    target, _, label = inside.partition("|")
    if re.match(r"https?://", target):
        href = html.escape(html.unescape(target))
        return f'<a href="{href}" rel="noreferrer">{_safe(label or target)}</a>'
    mentions: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("!subteam^", lambda t: f"@{t[9:]}"),
        ("@", lambda t: t),
        ("!", lambda t: f"@{t[1:]}"),
        ("#", lambda t: t),
    )
    for prefix, shown in mentions:
        if target.startswith(prefix):
            return f'<span class="mention">{_safe(label or shown(target))}</span>'
    return _safe(f"&lt;{inside}&gt;")
