"""Block Kit's building blocks with Slack's limits built in (50 blocks, 3,000, 150, 12,000)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from daywatch.alerts.text import (
    clip,
    clip_width,
    escape,
    fit,
    one_line,
    plural,
    size,
    unwrapped,
    width,
)

Block = dict[str, Any]
MAX_BLOCKS, MAX_SECTION, MAX_HEADER, MAX_TOTAL, MAX_TEXT = 50, 3_000, 150, 12_000, 4_000
MAX_CONTEXT, MAX_ALT, MAX_LABEL, MAX_VALUE = 2_000, 2_000, 75, 2_000
TABLE_WIDTH, CELL_WIDTH, TABLE_COLUMNS = 52, 20, 6
UPRIGHT_ROWS, RECORD_WIDTH = 2, 60
"""In monospaced columns: about what a phone shows without wrapping."""
_URL = re.compile(r"^https?://[^\s|<>\"'`\\]{1,2000}$")
_CHANNEL_ID = re.compile(r"^[CG][A-Z0-9]{7,20}$")
_SLACK_ID = re.compile(r"^[USW][A-Z0-9]{2,20}$")


def header(text: str) -> Block:
    """The line in large letters; plain text, so nothing in it can be markup."""
    shown = clip(one_line(text) or "-", MAX_HEADER)
    return {"type": "header", "text": {"type": "plain_text", "text": shown, "emoji": True}}


def section(mrkdwn: str) -> Block:
    """Slack markup that is already escaped; `verbatim` stops Slack from guessing links in it."""
    text = {"type": "mrkdwn", "text": clip(mrkdwn, MAX_SECTION), "verbatim": True}
    return {"type": "section", "text": text}


def context(*mrkdwn: str) -> Block:
    """Small print; at most ten elements, empty ones left out."""
    elements = [
        {"type": "mrkdwn", "text": clip(text, MAX_CONTEXT), "verbatim": True}
        for text in mrkdwn
        if text
    ]
    return {"type": "context", "elements": elements[:10]}


def actions(block_id: str, elements: list[Block]) -> Block:
    """Buttons and selects, at most 25."""
    return {"type": "actions", "block_id": block_id[:255], "elements": elements[:25]}


def button(label: str, action: str, value: str, style: str = "") -> Block:
    """A button; its value comes back with the click."""
    found: Block = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": clip(label, MAX_LABEL), "emoji": True},
        "value": value[:MAX_VALUE],
    }
    return found | ({"style": style} if style else {})


def select(label: str, action: str, options: Sequence[tuple[str, str]]) -> Block:
    """A menu of (value, text), which sends what is chosen at once."""
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": {"type": "plain_text", "text": clip(label, MAX_LABEL), "emoji": True},
        "options": [
            {
                "text": {"type": "plain_text", "text": clip(text, MAX_LABEL), "emoji": True},
                "value": value[:MAX_LABEL],
            }
            for value, text in options[:100]
        ],
    }


def chart(alt_text: str) -> Block:
    """Where the sender puts the picture that it draws and uploads."""
    shown = clip(one_line(alt_text) or "Chart", MAX_ALT)
    return {
        "type": "image",
        "block_id": "chart",
        "alt_text": shown,
        "slack_file": {"id": ""},
    }


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def link(url: str, label: str) -> str:
    """A link that our own configuration gave; anything that is not plain http(s) is only text."""
    text = escape(one_line(label)).replace("|", "/")
    return f"<{escape(url)}|{text}>" if _URL.match(url) else text


def mention(slack_id: str) -> str:
    """The on-call from the team file: a user or a user group; nothing for anything else."""
    if not _SLACK_ID.match(slack_id):
        return ""
    return f"<!subteam^{slack_id}>" if slack_id.startswith("S") else f"<@{slack_id}>"


def channel(name: str) -> str:
    """A channel of the team file as people find it; an id becomes a link to it."""
    return f"<#{name}>" if _CHANNEL_ID.match(name) else escape(clip(one_line(name), 80))


def paragraph(title: str, text: str, limit: int) -> Block:
    """A bold title and text of ours (a runbook), escaped and cut with a note."""
    fitted = fit(unwrapped(text.strip()), min(limit, MAX_SECTION - len(title) - 8), fences=True)
    closing = "\n```" if fitted.count("```") % 2 else ""
    return section(f"*{title}*\n{fitted}{closing}")


def bullets(
    title: str,
    lines: Sequence[str],
    *,
    limit: int,
    total: int | None = None,
    last: bool = False,
    escaped: bool = False,
) -> list[Block]:
    """A bold title and a list; what does not fit is counted. `last` keeps the end of it.

    Lines are escaped here, unless they are `escaped` markup of ours.
    """
    if not lines:
        return []
    many = max(total or 0, len(lines))
    kept: list[str] = []
    left = limit - len(title) - 40
    for line in reversed(lines) if last else lines:
        shown = f"• {line if escaped else fit(one_line(line), 300)}"
        left -= size(shown) + 1
        if left < 0:
            break
        kept.append(shown)
    if last:
        kept.reverse()
    cut = f"… and {many - len(kept):,} more" if many > len(kept) else ""
    said = [cut, *kept] if last else [*kept, cut]
    return [section("\n".join([f"*{fit(one_line(title), 150)}*", *filter(None, said)]))]


def preformatted(lines: Sequence[str], limit: int) -> tuple[str, int]:
    """(a code block of whole lines within `limit` escaped units, how many lines it holds)."""
    kept: list[str] = []
    left = limit - 8
    for line in lines:
        safe = escape(line.replace("`", "'"))
        left -= size(safe) + 1
        if left < 0:
            break
        kept.append(safe)
    return "```\n" + "\n".join(kept) + "\n```", len(kept)


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, total: int, limit: int, title: str
) -> list[Block]:
    """Rows as aligned monospaced text, which every Slack client shows, and what was left out."""
    shown = _columns_that_fit(columns, rows)
    if shown < len(columns) and len(rows) <= UPRIGHT_ROWS:
        return _records(columns, rows, total=total, limit=limit, title=title)
    lines = _aligned([list(columns[:shown]), *[list(row[:shown]) for row in rows]])
    text, kept = preformatted(lines, limit)
    if kept < 2:  # not even one row beside the headings
        return [section(f"*{title}*\n{plural(total, 'row')}, too wide to show here.")]
    blocks = [section(f"*{title}*\n{text}")]
    note = _cut_note(kept - 1, total, len(columns) - shown, _any_cut(rows, shown))
    return [*blocks, context(note)] if note else blocks


def _records(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, total: int, limit: int, title: str
) -> list[Block]:
    """One or two rows stood upright, a line for each column, so that no column is left out."""
    longest = max(width(one_line(name)) for name in columns)
    lines: list[str] = []
    for row in rows:
        lines += [""] if lines else []
        for name, cell in zip(columns, row, strict=False):
            label = clip_width(one_line(name), CELL_WIDTH)
            value = clip_width(one_line(cell), RECORD_WIDTH)
            lines.append(f"{_pad(label, min(longest, CELL_WIDTH), right=False)}  {value}".rstrip())
    text, kept = preformatted(lines, limit)
    note = _cut_note(len(rows), total, 0, cells=False) if kept == len(lines) else "Cut: too long."
    blocks = [section(f"*{title}*\n{text}")]
    return [*blocks, context(note)] if note else blocks


def _cut_note(rows: int, total: int, columns: int, cells: bool) -> str:
    cuts = []
    if total > rows:
        cuts.append(f"{rows:,} of {plural(total, 'row')} shown")
    if columns:
        cuts.append(f"{plural(columns, 'more column')} left out")
    if cells:
        cuts.append(f"long cells cut at {CELL_WIDTH} characters")
    return "Cut: " + ", ".join(cuts) + "." if cuts else ""


def _any_cut(rows: Sequence[Sequence[str]], columns: int) -> bool:
    return any(width(one_line(cell)) > CELL_WIDTH for row in rows for cell in row[:columns])


def _columns_that_fit(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    used = 0
    for index, name in enumerate(columns[:TABLE_COLUMNS]):
        cells = [name, *[row[index] for row in rows if index < len(row)]]
        used += min(CELL_WIDTH, max(width(one_line(cell)) for cell in cells)) + 1
        if used > TABLE_WIDTH and index:
            return index
    return min(len(columns), TABLE_COLUMNS)


def _aligned(grid: list[list[str]]) -> list[str]:
    """Lines with columns padded to their widest cell; columns of numbers flush right."""
    cells = [[clip_width(one_line(cell), CELL_WIDTH) for cell in row] for row in grid]
    for row in cells:
        row.extend([""] * (len(cells[0]) - len(row)))
    widths = [max(width(row[i]) for row in cells) for i in range(len(cells[0]))]
    right = [
        len(cells) > 1 and all(_numeric(row[i]) for row in cells[1:]) for i in range(len(widths))
    ]
    return [
        " ".join(_pad(cell, widths[i], right[i]) for i, cell in enumerate(row)).rstrip()
        for row in cells
    ]


def _pad(cell: str, columns: int, right: bool) -> str:
    blanks = " " * (columns - width(cell))
    return blanks + cell if right else cell + blanks


def _numeric(cell: str) -> bool:
    return not cell or bool(re.fullmatch(r"[-+]?[\d,]+(\.\d+)?(e[-+]?\d+)?\s?%?|-", cell))


def weight(blocks: Sequence[Block]) -> int:
    """What Slack's undocumented limit on all blocks together counts, at worst."""
    return size(json.dumps(blocks, ensure_ascii=False))
