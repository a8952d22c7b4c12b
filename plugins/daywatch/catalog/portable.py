"""What shipped detections leave out, because engines disagree or lack it: sql/PORTABLE.md in code.

DuckDB, PostgreSQL and Spark run a query verbatim and must return the same rows. Each rule names
the construct and what to write instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from daywatch.catalog.sql import Query
from daywatch.errors import SqlRefused

_RANK = "Order by a unique column and take row_number() = 1, or use min() or max()."
_REGEXP = "Compare regexp_replace(x, 'pattern', '') <> x, or use LIKE."
_EXTRACT = "Use extract(... from x) or date_trunc('...', x)."
_STEP = "Use x - interval '7' day, and compare timestamps or dates."
_LIST = "Keep one value a row: join, and group."

REFUSED = {
    **dict.fromkeys(("First", "Last", "AnyValue", "ArgMin", "ArgMax", "Mode"), _RANK),
    **dict.fromkeys(
        ("Median", "Quantile", "ApproxQuantile"),
        "Use percentile_cont(0.5) within group (order by x).",
    ),
    "ApproxDistinct": "Use count(distinct x).",
    "CountIf": "Use count(*) filter (where ...).",
    **dict.fromkeys(("RegexpLike", "RegexpILike", "RegexpFullMatch", "SimilarTo"), _REGEXP),
    **dict.fromkeys(("RegexpExtract", "RegexpExtractAll", "RegexpSplit"), _REGEXP),
    **dict.fromkeys(("ILike", "Glob"), "Use lower(x) LIKE 'pattern'."),
    "Qualify": "Number the rows in a CTE and filter in the next one.",
    **dict.fromkeys(("Pivot", "Lateral", "Columns"), "Use sum(...) filter (where ...) and joins."),
    "PositionalColumn": "Name the column.",
    "IntDiv": "Use floor(1e0 * a / b).",
    **dict.fromkeys(("BitwiseXor", "Xor"), "Use <> on booleans."),
    **dict.fromkeys(
        ("DateAdd", "DateSub", "DateDiff", "TimestampAdd", "TimestampSub", "TimestampDiff"), _STEP
    ),
    **dict.fromkeys(("DateBin", "LastDay", "ToDays", "DateFromParts", "TimestampFromParts"), _STEP),
    **dict.fromkeys(
        ("TimeToUnix", "UnixToTime", "TimeToStr", "StrToTime", "StrToDate", "ToChar"), _EXTRACT
    ),
    **dict.fromkeys(("Year", "Month", "Day", "Hour", "Minute", "Second", "Quarter"), _EXTRACT),
    **dict.fromkeys(("Week", "WeekOfYear", "DayOfWeek", "DayOfWeekIso", "DayOfYear"), _EXTRACT),
    **dict.fromkeys(("Dayname", "Monthname", "DayOfMonth"), _EXTRACT),
    **dict.fromkeys(("Array", "Struct", "Map", "Lambda", "Bracket", "Slice", "ArrayAgg"), _LIST),
    **dict.fromkeys(("Unnest", "Explode", "ArrayContains", "ArraySize", "ArrayToString"), _LIST),
    **dict.fromkeys(("JSONExtract", "JSONExtractScalar", "JSONValue", "Split"), _LIST),
    **dict.fromkeys(("Contains", "EndsWith"), "Use LIKE, or strpos(x, y) > 0."),
    **dict.fromkeys(("Levenshtein", "JarowinklerSimilarity", "Format"), "PostgreSQL has none."),
    **dict.fromkeys(
        ("Hex", "SHA", "SHA2", "SHA2Digest", "ToBase64", "Encode", "Decode"), "Use md5(x)."
    ),
    **dict.fromkeys(("Skewness", "Kurtosis", "IsNan", "IsInf"), "PostgreSQL has none."),
    **dict.fromkeys(("TryCast", "Typeof"), "Use cast(), after a CASE that checks the text."),
    "If": "Use CASE WHEN.",
}
_TYPES = frozenset(
    [
        "TEXT",
        "VARCHAR",
        "BIGINT",
        "INT",
        "SMALLINT",
        "DOUBLE",
        "BOOLEAN",
        "DATE",
        "TIMESTAMP",
        "TIMESTAMPNTZ",
        "DECIMAL",
        "INTERVAL",
    ]
)
_DOUBLES = frozenset(
    [
        "Avg",
        "Stddev",
        "StddevPop",
        "StddevSamp",
        "Variance",
        "VariancePop",
        "Sqrt",
        "Ln",
        "Exp",
        "PercentileCont",
        "Corr",
        "CumeDist",
        "PercentRank",
        "Log",
        "Div",
    ]
)


def portable_faults(query: Query, doubles: set[str]) -> Iterator[SqlRefused]:
    """Everything outside the subset; `doubles` are columns known to hold doubles."""
    floating = _with_aliases(query.tree, doubles)
    counts = {a.alias for a in query.tree.find_all(exp.Alias) if _is_count(a.this)}
    for node in query.tree.walk():
        yield from _node_faults(query, node, floating, counts)
    yield from _token_faults(query)


def _is_count(node: exp.Expr) -> bool:
    """Whether a value can never be NULL because it counts or numbers rows."""
    inner = node.this if isinstance(node, exp.Window | exp.Filter) else node
    return isinstance(inner, exp.Count | exp.RowNumber | exp.Rank | exp.DenseRank)


def _node_faults(
    query: Query, node: exp.Expr, doubles: set[str], counts: set[str]
) -> Iterator[SqlRefused]:
    kind = type(node).__name__
    if kind in REFUSED and not (kind == "If" and isinstance(node.parent, exp.Case)):
        name = node.sql_name().lower() if isinstance(node, exp.Func) else kind.lower()
        yield query.refusal(node, f"{name} is not portable.", REFUSED[kind])
    elif isinstance(node, exp.Div) and not _floats(node.this, doubles) | _floats(
        node.expression, doubles
    ):
        remedy = "Write 1e0 * a / b, or cast one side to double precision."
        yield query.refusal(node, "integers divide differently: 5/2 is 2.5 or 2.", remedy)
    elif isinstance(node, exp.Ordered):
        yield from _order_faults(query, node, counts)
    else:
        yield from _shape_faults(query, node)


def _shape_faults(query: Query, node: exp.Expr) -> Iterator[SqlRefused]:
    """Allowed constructs in a form that only some engines know."""
    if isinstance(node, exp.Round) and node.args.get("decimals") and not _is_decimal(node.this):
        remedy = "Write round(cast(x as decimal(18, 4)), 2), or don't round."
        yield query.refusal(node, "round(double, digits) is not portable.", remedy)
    elif isinstance(node, exp.PercentileCont | exp.PercentileDisc):
        within = node.parent
        if not isinstance(within, exp.WithinGroup):
            remedy = "Write percentile_cont(0.5) within group (order by x)."
            yield query.refusal(node, "quantile_cont() is not portable.", remedy)
        elif isinstance(within.parent, exp.Window):
            yield query.refusal(node, "a windowed percentile is not portable.", "Group, then join.")
    elif isinstance(node, exp.GroupConcat) and not isinstance(node.this, exp.Order):
        remedy = "Write string_agg(x, ',' order by x)."
        yield query.refusal(node, "string_agg without order by gives any order.", remedy)
    elif isinstance(node, exp.Star) and (node.args.get("except_") or node.args.get("replace")):
        yield query.refusal(node, "* EXCLUDE and * REPLACE are not portable.", "Name the columns.")
    elif isinstance(node, exp.DataType) and _type_name(node) not in _TYPES:
        fault = f"the type {node.sql(dialect=query.dialect).lower()} is not portable."
        remedy = "Use text, bigint, integer, double precision, decimal, boolean, date, timestamp."
        yield query.refusal(node, fault, remedy)
    elif isinstance(node, exp.Distinct) and node.args.get("on"):
        yield query.refusal(node, "DISTINCT ON is not portable.", _RANK)
    elif isinstance(node, exp.Join) and _odd_join(node):
        yield query.refusal(
            node, f"a {_odd_join(node)} join is not portable.", "Use EXISTS or keys."
        )
    elif isinstance(node, exp.Add | exp.Sub) and _date_plus_number(node):
        yield query.refusal(node, "a date plus or minus a number is not portable.", _STEP)
    elif isinstance(node, exp.Group) and node.args.get("all"):
        yield query.refusal(node, "GROUP BY ALL is not portable.", "Name the columns.")


def _order_faults(query: Query, node: exp.Ordered, counts: set[str]) -> Iterator[SqlRefused]:
    if not node.args.get("desc") or _is_count(node.this) or node.this.name in counts:
        return
    if not _says_nulls(query, node):
        remedy = "Write DESC NULLS LAST (or FIRST)."
        yield query.refusal(node, "engines disagree where NULLs go under DESC.", remedy)


def _says_nulls(query: Query, node: exp.Ordered) -> bool:
    """Whether NULLS stands behind the DESC that belongs to this node."""
    meta = [m for n in node.walk() if (m := getattr(n, "_meta", None)) and "end" in m]
    end = max((m["end"] for m in meta), default=0)
    after = [
        n for n, t in enumerate(query.tokens) if t.token_type == TokenType.DESC and t.start > end
    ]
    return bool(after) and _text(query.tokens, after[0] + 1) == "NULLS"


def _token_faults(query: Query) -> Iterator[SqlRefused]:
    """Spellings that the tree no longer shows."""
    for n, token in enumerate(query.tokens):
        fault = remedy = ""
        if token.token_type == TokenType.INTERVAL and not _is_string(query.tokens, n + 1):
            fault, remedy = "this interval is not portable.", "Write interval '7' day."
        elif token.token_type == TokenType.DOUBLE and token.text.upper() == "DOUBLE":
            fault, remedy = "double is not a type of PostgreSQL.", "Write double precision."
        elif token.text == "==":
            fault, remedy = "== is not portable.", "Write =."
        if fault:
            where = query.place.where(query.line_at(token.start))
            yield SqlRefused(fault, remedy=remedy, where=where)


def _with_aliases(tree: exp.Expr, doubles: set[str]) -> set[str]:
    """Columns that hold doubles, those that the query itself names on the way included."""
    known = set(doubles)
    for alias in tree.find_all(exp.Alias):
        if _floats(alias.this, known):
            known.add(alias.alias)
    return known


def _floats(node: exp.Expr | None, doubles: set[str]) -> bool:
    """Whether an expression is a double or decimal as far as its text tells."""
    if isinstance(node, exp.Literal):
        return not node.is_string and not str(node.this).isdigit()
    if isinstance(node, exp.Cast):
        return _type_name(node.to) in ("DOUBLE", "DECIMAL", "FLOAT")
    if isinstance(node, exp.Column):
        return node.name in doubles
    if isinstance(node, exp.Extract):
        return True
    if type(node).__name__ in _DOUBLES:
        return (
            not isinstance(node, exp.Div)
            or _floats(node.this, doubles)
            or _floats(node.expression, doubles)
        )
    if isinstance(node, exp.Query):
        return False
    parts = (p for p in node.iter_expressions() if not isinstance(p, exp.Order)) if node else ()
    return any(_floats(part, doubles) for part in parts)


def _is_decimal(node: exp.Expr) -> bool:
    return isinstance(node, exp.Cast) and _type_name(node.to) == "DECIMAL"


def _type_name(node: exp.Expr) -> str:
    return str(getattr(node.this, "name", node.this))


def _odd_join(node: exp.Join) -> str:
    words = [str(node.args.get(key) or "").upper() for key in ("method", "side", "kind")]
    return next(
        (w.lower() for w in words if w in ("ASOF", "POSITIONAL", "SEMI", "ANTI", "NATURAL")), ""
    )


def _date_plus_number(node: exp.Add | exp.Sub) -> bool:
    left, right = node.this, node.expression
    is_date = (isinstance(left, exp.Placeholder) and left.name == "day") or (
        isinstance(left, exp.Cast) and _type_name(left.to) == "DATE"
    )
    return is_date and isinstance(right, exp.Literal) and not right.is_string


def _text(tokens: tuple[Token, ...], n: int) -> str:
    return tokens[n].text.upper() if n < len(tokens) else ""


def _is_string(tokens: tuple[Token, ...], n: int) -> bool:
    return n < len(tokens) and tokens[n].token_type == TokenType.STRING
