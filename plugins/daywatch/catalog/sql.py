"""SQL as text and as a tree: one SELECT parsed once, its lines, its `:name` placeholders.

With its neighbours safety, tables, columns and portable this is the only door to sqlglot. The
query itself runs verbatim on its engine; nothing here rewrites more than placeholders.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType
from sqlglot.tokens import Tokenizer

from daywatch.errors import CatalogError, SqlRefused, Where

# What sqlglot only warns about ("falling back to a command") is refused here with its line.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

MAX_CHARACTERS = 200_000
MAX_NESTING = 100
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
# Characters that make a reader see other SQL than the engine does: controls, bidi marks, joiners.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0d-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_OPEN = frozenset((TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE))
_CLOSE = frozenset((TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE))
# After one of these a colon cuts a slice (`x[1:n]`) or names a field, it does not bind.
_OPERAND_ENDS = _CLOSE | {
    TokenType.VAR,
    TokenType.IDENTIFIER,
    TokenType.NUMBER,
    TokenType.STRING,
}
# sqlglot keeps these as unread text, in which nothing can be checked.
_OTHER_STATEMENTS = Tokenizer.COMMANDS | {
    TokenType.DESCRIBE,
    TokenType.EXECUTE,
    TokenType.LOAD,
    TokenType.SHOW,
    TokenType.COMMAND,
}
# A construct whose own node carries no position is found by its keyword.
_KEYWORDS = {
    "Lock": ("FOR",),
    "TableSample": ("TABLESAMPLE", "SAMPLE"),
    "Ordered": ("DESC",),
    "ILike": ("ILIKE",),
    "SimilarTo": ("SIMILAR",),
}


@dataclass(frozen=True)
class Place:
    """Where a piece of SQL stands in its file: the file and the line of its first character."""

    path: Path
    line: int

    def where(self, line: int = 1) -> Where:
        """The file's line for the SQL's own line, both counted from 1."""
        return Where(self.path, self.line + line - 1)


@dataclass(frozen=True)
class Query:
    """A parsed SELECT or expression with its tokens, and where it stands."""

    text: str
    dialect: str
    place: Place
    tokens: tuple[Token, ...]
    tree: exp.Expr

    @cached_property
    def nodes(self) -> tuple[exp.Expr, ...]:
        """Every node of the tree, walked once because several checks look at all of them."""
        return tuple(self.tree.walk())

    def where(self, node: exp.Expr) -> Where:
        """The line on which `node` stands, as near as sqlglot tells."""
        return self.place.where(self._line(node))

    def refusal(self, node: exp.Expr, fault: str, remedy: str = "") -> SqlRefused:
        """A refusal of this node with its line."""
        return SqlRefused(fault, remedy=remedy, where=self.where(node))

    def _line(self, node: exp.Expr) -> int:
        own = _meta_line(node)
        if own is None:
            own = self._keyword_line(node)
        current: exp.Expr | None = node
        while own is None and current is not None:
            lines = (_meta_line(inner) for inner in current.walk())
            own = next((line for line in lines if line is not None), None)
            current = current.parent
        return own or 1

    def _keyword_line(self, node: exp.Expr) -> int | None:
        kind = type(node).__name__
        words = _KEYWORDS.get(kind, (kind.upper(),))
        start = _first_offset(node)
        hits = [token for token in self.tokens if token.text.upper() in words]
        before = [token for token in hits if token.start <= start]
        if kind == "Ordered":  # DESC stands after what it orders
            before = [token for token in hits if token.start > start][:1]
        chosen = before[-1:] or hits[:1]
        return self.line_at(chosen[0].start) if chosen else None

    def line_at(self, offset: int) -> int:
        """The SQL's own line of a character."""
        return self.text.count("\n", 0, offset) + 1


def parse_query(text: str, dialect: str, place: Place) -> Query:
    """Parse exactly one SELECT; anything else is refused with its line and the reason."""
    tokens = _tokenize(text, dialect, place)
    _one_statement(tokens, text, place)
    tree = _parse(tokens, text, dialect, place)
    if not isinstance(tree, exp.Query):
        raise _no_select(tokens[0], text, place)
    return Query(text, dialect, place, tokens, tree)


def parse_expression(text: str, dialect: str, place: Place) -> Query:
    """Parse one scalar expression, such as an indicator's value or filter."""
    prefixed = f"SELECT {text}"
    tokens = _tokenize(prefixed, dialect, place)
    tree = _parse(tokens, prefixed, dialect, place)
    outputs = tree.expressions if isinstance(tree, exp.Select) else []
    others = [k for k, v in tree.args.items() if v and k != "expressions"]
    if len(outputs) != 1 or others or isinstance(outputs[0], exp.Alias):
        fault = f"{text.strip()[:60]!r} is not one expression."
        raise SqlRefused(fault, remedy="Write one expression, e.g. sum(n).", where=place.where())
    return Query(prefixed, dialect, place, tokens, outputs[0])


def statement_text(query: Query) -> str:
    """The SELECT without a closing semicolon, so that an engine may wrap it."""
    text, last = query.text, query.tokens[-1]
    if last.token_type != TokenType.SEMICOLON:
        return text
    return f"{text[: last.start]} {text[last.start + 1 :]}".rstrip()


@lru_cache(maxsize=1024)  # a query is bound anew for each of its days
def placeholders(sql: str, dialect: str) -> tuple[tuple[str, int, int], ...]:
    """(name, start, end) of every `:name` outside strings and comments; sql[start:end] is it."""
    tokens = sqlglot.tokenize(sql, dialect=dialect)
    return tuple(_placeholders(tokens, sql))


def _placeholders(
    tokens: list[Token] | tuple[Token, ...], sql: str
) -> Iterator[tuple[str, int, int]]:
    for n, token in enumerate(tokens[:-1]):
        if token.token_type != TokenType.COLON:
            continue
        name = tokens[n + 1]
        adjacent = name.start == token.end + 1
        bound = n > 0 and tokens[n - 1].token_type in _OPERAND_ENDS
        written = sql[name.start : name.end + 1]
        if adjacent and not bound and _NAME.fullmatch(written):
            yield written, token.start, name.end + 1


def bind(
    sql: str,
    dialect: str,
    style: Callable[[str], str],
    literal: Callable[[str], str] = str,
) -> str:
    """`sql` with each `:name` replaced by style(name); `literal` may escape the text between."""
    pieces, at = [], 0
    for name, start, end in placeholders(sql, dialect):
        pieces += [literal(sql[at:start]), style(name)]
        at = end
    return "".join([*pieces, literal(sql[at:])])


def placeholder_faults(
    query: Query, declared: set[str], near: Callable[[str], str]
) -> list[SqlRefused]:
    """Undeclared parameters, and placeholders of a kind that cannot be bound exactly."""
    found = list(_placeholders(query.tokens, query.text))
    faults = [
        SqlRefused(
            f"the parameter :{name} is not declared.",
            remedy=near(name),
            where=query.place.where(query.line_at(start)),
        )
        for name, start, _ in found
        if name not in declared
    ]
    held = [node for node in query.nodes if isinstance(node, exp.Placeholder)]
    seen = Counter(str(node.this) for node in held)
    if not faults and seen != Counter(name for name, _, _ in found):
        odd = next(iter(seen - Counter(n for n, _, _ in found)), "?")
        node = next((p for p in held if str(p.this) == odd), query.tree)
        fault = "a placeholder here is not a plain :name."
        faults.append(query.refusal(node, fault, "Write :name, without $, ?, @ or spaces."))
    return faults


def used_placeholders(query: Query) -> set[str]:
    """Names of the placeholders in the query."""
    return {name for name, _, _ in _placeholders(query.tokens, query.text)}


def _tokenize(text: str, dialect: str, place: Place) -> tuple[Token, ...]:
    if len(text) > MAX_CHARACTERS:
        fault = f"{len(text):,} characters of SQL; the limit is {MAX_CHARACTERS:,}."
        raise SqlRefused(fault, where=place.where())
    hidden = _HIDDEN.search(text)
    if hidden:
        raise SqlRefused(
            f"an invisible character (U+{ord(hidden[0]):04X}) stands here.",
            remedy="Remove it: engine and reader must see the same SQL.",
            where=place.where(text.count("\n", 0, hidden.start()) + 1),
        )
    try:
        tokens = tuple(sqlglot.tokenize(text, dialect=dialect))
    except (SqlglotError, ValueError) as error:
        fault = f"not readable as SQL: {str(error).splitlines()[0][:120]}."
        raise SqlRefused(
            fault, remedy="Close its quotes and comments.", where=place.where()
        ) from error
    if tokens and tokens[0].token_type in _OTHER_STATEMENTS:
        raise _no_select(tokens[0], text, place)
    _check_gaps(tokens, text, place)
    _check_nesting(tokens, text, place)
    return tokens


def _no_select(first: Token, text: str, place: Place) -> SqlRefused:
    return SqlRefused(
        f"this is a {first.text.upper()} statement, not a SELECT.",
        remedy="A detection only reads: write one SELECT (WITH ... SELECT).",
        where=place.where(text.count("\n", 0, first.start) + 1),
    )


def _check_gaps(tokens: tuple[Token, ...], text: str, place: Place) -> None:
    """Between tokens only blanks and plain comments: engines differ over nested and other ones."""
    edges = [0, *(token.end + 1 for token in tokens)]
    starts = [*(token.start for token in tokens), len(text)]
    for begin, end in zip(edges, starts, strict=True):
        gap = text[begin:end]
        if gap.strip() and _COMMENT.sub("", gap).strip():
            raise SqlRefused(
                "a comment here is read differently by different engines.",
                remedy="Use -- or one /* */ without another comment inside.",
                where=place.where(text.count("\n", 0, begin) + 1),
            )


def _check_nesting(tokens: tuple[Token, ...], text: str, place: Place) -> None:
    depth = 0
    for token in tokens:
        depth += (token.token_type in _OPEN) - (token.token_type in _CLOSE)
        if depth > MAX_NESTING:
            line = text.count("\n", 0, token.start) + 1
            fault = f"brackets are nested deeper than {MAX_NESTING}."
            raise SqlRefused(fault, remedy="Use CTEs.", where=place.where(line))


def _one_statement(tokens: tuple[Token, ...], text: str, place: Place) -> None:
    if not tokens:
        raise SqlRefused(
            "there is no SELECT under the header.", remedy="Write one SELECT.", where=place.where()
        )
    ends = [n for n, token in enumerate(tokens) if token.token_type == TokenType.SEMICOLON]
    after = ends[0] + 1 if ends else len(tokens)
    if after < len(tokens):
        line = text.count("\n", 0, tokens[after].start) + 1
        raise SqlRefused(
            "a second statement starts here.",
            remedy="A detection is exactly one SELECT: remove the ';' and what follows.",
            where=place.where(line),
        )


def _for_parser(tokens: tuple[Token, ...], text: str, dialect: str) -> list[Token]:
    """The tokens with `$name` for `:name`, for the parser alone.

    DuckDB reads `select :day` as a column named `select`; its own mark is never misread.
    """
    if dialect != "duckdb":
        return list(tokens)
    marks = {start for _, start, _ in _placeholders(tokens, text)}
    return [_dollar(token) if token.start in marks else token for token in tokens]


def _dollar(token: Token) -> Token:
    kind = TokenType.PARAMETER
    return Token(kind, "$", token.line, token.col, token.start, token.end, token.comments)


def _parse(tokens: tuple[Token, ...], text: str, dialect: str, place: Place) -> exp.Expr:
    try:
        parser = Dialect.get_or_raise(dialect).parser()
        parsed = parser.parse(_for_parser(tokens, text, dialect), text)
        statements = [s for s in parsed if s is not None]
    except SqlglotError as error:
        raise _unreadable(error, place) from error
    except RecursionError as error:
        raise SqlRefused("nested too deep.", remedy="Use CTEs.", where=place.where()) from error
    except (ValueError, TypeError, AttributeError, IndexError, KeyError) as error:
        # sqlglot's own slips on text that is no SQL; the author sees the same refusal.
        raise SqlRefused("not readable as SQL.", where=place.where()) from error
    statements = [s for s in statements if not isinstance(s, exp.Semicolon)]
    if len(statements) != 1 or not isinstance(statements[0], exp.Expr):
        fault = f"{len(statements)} statements; a detection is exactly one SELECT."
        raise SqlRefused(fault, where=place.where())
    return statements[0]


def _unreadable(error: SqlglotError, place: Place) -> CatalogError:
    details = (getattr(error, "errors", None) or [{}])[0]
    what = details.get("description") or str(error).splitlines()[0]
    near = details.get("highlight")
    shown = f" near {near!r}" if near else ""
    return SqlRefused(
        f"not readable as SQL: {str(what).rstrip('.')}{shown}.",
        remedy="Check commas, brackets and keywords.",
        where=place.where(int(details.get("line") or 1)),
    )


def _meta_line(node: exp.Expr) -> int | None:
    meta = getattr(node, "_meta", None)
    return meta.get("line") if meta else None


def _first_offset(node: exp.Expr) -> int:
    starts = [m["start"] for n in node.walk() if (m := getattr(n, "_meta", None)) and "start" in m]
    return min(starts, default=0)
