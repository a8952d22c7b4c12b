"""The expectation types a suite may use, and what each takes: one table, GX's own names.

Listed is what Great Expectations 1.24 computes in the engine on DuckDB and PostgreSQL alike;
tests/validation compares this table with GX's classes and runs every type on both engines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Takes = Literal[
    "column", "columns", "number", "whole", "flag", "share", "bound", "text", "texts",
    "values", "pairs", "quantiles", "query", "any_all", "ignore", "ignore_pair", "names",
    "outliers", "position",
]  # fmt: skip
ROW_COUNT = "expect_table_row_count_to_be_between"
QUANTILES = "expect_column_quantile_values_to_be_between"
UNEXPECTED_ROWS = "unexpected_rows_expectation"


@dataclass(frozen=True)
class Allowed:
    """One expectation type: its kwargs by what they take; a bound pair needs one of both."""

    required: Mapping[str, Takes]
    optional: Mapping[str, Takes]

    @property
    def kwargs(self) -> dict[str, Takes]:
        """All kwargs, the required ones first."""
        return {**self.required, **self.optional}

    @property
    def bounded(self) -> bool:
        """Whether it is nothing without min_value or max_value."""
        return "min_value" in self.optional


_COLUMN: dict[str, Takes] = {"column": "column"}
_PAIR: dict[str, Takes] = {"column_A": "column", "column_B": "column"}
_LIST: dict[str, Takes] = {"column_list": "columns"}
_MOSTLY: dict[str, Takes] = {"mostly": "share"}
_STRICT: dict[str, Takes] = {"strict_min": "flag", "strict_max": "flag"}
_BOUNDS: dict[str, Takes] = {"min_value": "bound", "max_value": "bound", **_STRICT}
_COUNTS: dict[str, Takes] = {"min_value": "whole", "max_value": "whole", **_STRICT}
_SHARES: dict[str, Takes] = {"min_value": "number", "max_value": "number", **_STRICT}
_SET: dict[str, Takes] = {"value_set": "values"}
_PAIR_MAP: dict[str, Takes] = {**_MOSTLY, "ignore_row_if": "ignore_pair"}
_LIST_MAP: dict[str, Takes] = {**_MOSTLY, "ignore_row_if": "ignore"}
_ESCAPE: dict[str, Takes] = {**_MOSTLY, "escape": "text"}


def _each(required: Mapping[str, Takes], optional: Mapping[str, Takes] = _MOSTLY) -> Allowed:
    """An expectation about each value of one column."""
    return Allowed({**_COLUMN, **required}, optional)


_VALUES = {
    "to_not_be_null": _each({}),
    "to_be_null": _each({}),
    "to_be_unique": _each({}),
    "to_be_in_set": _each(_SET),
    "to_not_be_in_set": _each(_SET),
    "to_be_between": _each({}, {**_BOUNDS, **_MOSTLY}),
    "to_match_regex": _each({"regex": "text"}),
    "to_not_match_regex": _each({"regex": "text"}),
    "to_match_regex_list": _each({"regex_list": "texts"}, {**_MOSTLY, "match_on": "any_all"}),
    "to_not_match_regex_list": _each({"regex_list": "texts"}),
    "to_match_like_pattern": _each({"like_pattern": "text"}, _ESCAPE),
    "to_not_match_like_pattern": _each({"like_pattern": "text"}, _ESCAPE),
    "to_match_like_pattern_list": _each(
        {"like_pattern_list": "texts"}, {**_ESCAPE, "match_on": "any_all"}
    ),
    "to_not_match_like_pattern_list": _each({"like_pattern_list": "texts"}, _ESCAPE),
    "to_be_of_type": _each({"type_": "text"}),
    "to_be_in_type_list": _each({"type_list": "texts"}),
    "to_not_be_outliers": _each({"method": "outliers"}, {**_MOSTLY, "multiplier": "number"}),
}
_AGGREGATES = {
    "max_to_be_between": Allowed(_COLUMN, _BOUNDS),
    "mean_to_be_between": Allowed(_COLUMN, _BOUNDS),
    "median_to_be_between": Allowed(_COLUMN, _BOUNDS),
    "min_to_be_between": Allowed(_COLUMN, _BOUNDS),
    "stdev_to_be_between": Allowed(_COLUMN, _SHARES),
    "sum_to_be_between": Allowed(_COLUMN, _BOUNDS),
    "unique_value_count_to_be_between": Allowed(_COLUMN, _COUNTS),
    "proportion_of_unique_values_to_be_between": Allowed(_COLUMN, _SHARES),
    "proportion_of_non_null_values_to_be_between": Allowed(_COLUMN, _SHARES),
    "distinct_values_to_be_in_set": _each(_SET, {}),
    "distinct_values_to_contain_set": _each(_SET, {}),
    "distinct_values_to_equal_set": _each(_SET, {}),
    "most_common_value_to_be_in_set": _each(_SET, {"ties_okay": "flag"}),
    "quantile_values_to_be_between": _each(
        {"quantile_ranges": "quantiles"}, {"allow_relative_error": "flag"}
    ),
    "value_lengths_to_be_between": Allowed(_COLUMN, {**_COUNTS, **_MOSTLY}),
    "value_lengths_to_equal": _each({"value": "whole"}),
    "value_z_scores_to_be_less_than": _each({"threshold": "number", "double_sided": "flag"}),
    "to_exist": Allowed(_COLUMN, {"column_index": "position"}),
    "type_to_be": _each({"type_": "text"}, {}),
}
_SEVERAL = {
    "expect_column_pair_values_a_to_be_greater_than_b": Allowed(
        _PAIR, {**_PAIR_MAP, "or_equal": "flag"}
    ),
    "expect_column_pair_values_to_be_equal": Allowed(_PAIR, _PAIR_MAP),
    "expect_column_pair_values_to_be_in_set": Allowed(
        {**_PAIR, "value_pairs_set": "pairs"}, _PAIR_MAP
    ),
    "expect_multicolumn_sum_to_equal": Allowed({**_LIST, "sum_total": "number"}, _LIST_MAP),
    "expect_multicolumn_values_to_be_equal": Allowed(_LIST, _LIST_MAP),
    "expect_select_column_values_to_be_unique_within_record": Allowed(_LIST, _LIST_MAP),
    "expect_compound_columns_to_be_unique": Allowed(_LIST, _LIST_MAP),
}
_TABLE = {
    ROW_COUNT: Allowed({}, _COUNTS),
    "expect_table_row_count_to_equal": Allowed({"value": "whole"}, {}),
    "expect_table_column_count_to_be_between": Allowed(
        {}, {"min_value": "whole", "max_value": "whole"}
    ),
    "expect_table_column_count_to_equal": Allowed({"value": "whole"}, {}),
    "expect_table_columns_to_match_ordered_list": Allowed({"column_list": "names"}, {}),
    "expect_table_columns_to_match_set": Allowed({"column_set": "names"}, {"exact_match": "flag"}),
    UNEXPECTED_ROWS: Allowed({"unexpected_rows_query": "query"}, {}),
}

ALLOWED: dict[str, Allowed] = {
    **{f"expect_column_values_{name}": allowed for name, allowed in _VALUES.items()},
    **{f"expect_column_{name}": allowed for name, allowed in _AGGREGATES.items()},
    **_SEVERAL,
    **_TABLE,
}

REFUSED: dict[str, str] = {
    "expect_column_kl_divergence_to_be_less_than": "it cannot bin in the engine",
    "expect_column_values_to_be_dateutil_parseable": "it needs pandas",
    "expect_column_values_to_be_decreasing": "a table has no order",
    "expect_column_values_to_be_increasing": "a table has no order",
    "expect_column_values_to_be_json_parseable": "it needs pandas",
    "expect_column_values_to_match_json_schema": "it needs pandas",
    "expect_column_values_to_match_strftime_format": "it needs pandas",
    "expect_query_results_to_match_comparison": "a suite reads its own table only",
    "expect_table_row_count_to_equal_other_table": "a suite reads its own table only",
}
"""Types that Great Expectations has and a suite may not use, with the reason."""
