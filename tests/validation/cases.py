"""A passing and a failing kwargs for every allowed type, over the table that `ROWS` describes."""

from __future__ import annotations

from datetime import date
from typing import Any

from daywatch.validation.allowed import UNEXPECTED_ROWS

DAY = date(2026, 3, 1)
CREATE = (
    "create table {table} (id bigint, name text, market text, n integer, twin integer, "
    "share double precision, flag boolean, born date, hole text, day date)"
)
ROWS: list[tuple[Any, ...]] = [
    (i, f"user_{i:02d}", "US" if i % 3 else "BR", i, i, i / 20, i % 2 == 0, date(2026, 1, i + 1),
     None, DAY)
    for i in range(1, 21)
]  # fmt: skip
COLUMNS = ["id", "name", "market", "n", "twin", "share", "flag", "born", "hole", "day"]

V, C = "expect_column_values_to_", "expect_column_"
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (V + "not_be_null", {"column": "name"}, {"column": "hole"}),
    (V + "be_null", {"column": "hole"}, {"column": "name"}),
    (V + "be_unique", {"column": "id"}, {"column": "market"}),
    (
        V + "be_in_set",
        {"column": "market", "value_set": ["US", "BR"]},
        {"column": "market", "value_set": ["US"]},
    ),
    (
        V + "not_be_in_set",
        {"column": "market", "value_set": ["DE"]},
        {"column": "market", "value_set": ["US"]},
    ),
    (
        V + "be_between",
        {"column": "born", "min_value": "2026-01-01", "max_value": "2026-01-31"},
        {"column": "n", "min_value": 1, "strict_min": True},
    ),
    (
        V + "match_regex",
        {"column": "name", "regex": "^user_(?:[0-9]{2})$"},
        {"column": "name", "regex": "^user_0"},
    ),
    (
        V + "not_match_regex",
        {"column": "name", "regex": "^x"},
        {"column": "name", "regex": "_0"},
    ),
    (
        V + "match_regex_list",
        {"column": "name", "regex_list": ["^user", "x$"]},
        {"column": "name", "regex_list": ["^user", "x$"], "match_on": "all"},
    ),
    (
        V + "not_match_regex_list",
        {"column": "name", "regex_list": ["^x", "x$"]},
        {"column": "name", "regex_list": ["^x", "1$"]},
    ),
    (
        V + "match_like_pattern",
        {"column": "name", "like_pattern": "user%"},
        {"column": "name", "like_pattern": "user_0%"},
    ),
    (
        V + "not_match_like_pattern",
        {"column": "name", "like_pattern": "x%"},
        {"column": "name", "like_pattern": "%1"},
    ),
    (
        V + "match_like_pattern_list",
        {"column": "name", "like_pattern_list": ["user%", "x%"]},
        {"column": "name", "like_pattern_list": ["user%", "x%"], "match_on": "all"},
    ),
    (
        V + "not_match_like_pattern_list",
        {"column": "name", "like_pattern_list": ["x%", "%x"]},
        {"column": "name", "like_pattern_list": ["x%", "%1"]},
    ),
    (V + "be_of_type", {"column": "id", "type_": "BIGINT"}, {"column": "id", "type_": "DATE"}),
    (
        V + "be_in_type_list",
        {"column": "n", "type_list": ["INTEGER", "BIGINT"]},
        {"column": "n", "type_list": ["DATE", "BOOLEAN"]},
    ),
    (
        V + "not_be_outliers",
        {"column": "n", "method": "std", "multiplier": 3.0},
        {"column": "n", "method": "std", "multiplier": 0.5},
    ),
    (C + "max_to_be_between", {"column": "n", "max_value": 20}, {"column": "n", "max_value": 19}),
    (
        C + "mean_to_be_between",
        {"column": "n", "min_value": 10, "max_value": 11},
        {"column": "n", "min_value": 11},
    ),
    (
        C + "median_to_be_between",
        {"column": "n", "min_value": 10, "max_value": 11},
        {"column": "n", "min_value": 12},
    ),
    (C + "min_to_be_between", {"column": "n", "min_value": 1}, {"column": "n", "min_value": 2}),
    (
        C + "stdev_to_be_between",
        {"column": "n", "min_value": 5, "max_value": 7},
        {"column": "n", "max_value": 5},
    ),
    (
        C + "sum_to_be_between",
        {"column": "n", "min_value": 210, "max_value": 210},
        {"column": "n", "min_value": 211},
    ),
    (
        C + "unique_value_count_to_be_between",
        {"column": "market", "min_value": 2, "max_value": 2},
        {"column": "market", "min_value": 3},
    ),
    (
        C + "proportion_of_unique_values_to_be_between",
        {"column": "id", "min_value": 1.0},
        {"column": "market", "min_value": 0.5},
    ),
    (
        C + "proportion_of_non_null_values_to_be_between",
        {"column": "id", "min_value": 1.0},
        {"column": "hole", "min_value": 0.5},
    ),
    (
        C + "distinct_values_to_be_in_set",
        {"column": "market", "value_set": ["US", "BR", "DE"]},
        {"column": "market", "value_set": ["US"]},
    ),
    (
        C + "distinct_values_to_contain_set",
        {"column": "market", "value_set": ["US"]},
        {"column": "market", "value_set": ["DE"]},
    ),
    (
        C + "distinct_values_to_equal_set",
        {"column": "market", "value_set": ["US", "BR"]},
        {"column": "market", "value_set": ["US"]},
    ),
    (
        C + "most_common_value_to_be_in_set",
        {"column": "market", "value_set": ["US"]},
        {"column": "market", "value_set": ["BR"]},
    ),
    (
        C + "quantile_values_to_be_between",
        {
            "column": "n",
            "quantile_ranges": {"quantiles": [0.1, 0.9], "value_ranges": [[1, 4], [17, 20]]},
        },
        {"column": "n", "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[0, 5]]}},
    ),
    (
        C + "value_lengths_to_be_between",
        {"column": "name", "min_value": 7, "max_value": 7},
        {"column": "name", "max_value": 6},
    ),
    (
        C + "value_lengths_to_equal",
        {"column": "name", "value": 7},
        {"column": "name", "value": 6},
    ),
    (
        C + "value_z_scores_to_be_less_than",
        {"column": "n", "threshold": 3, "double_sided": True},
        {"column": "n", "threshold": 1, "double_sided": True},
    ),
    (C + "to_exist", {"column": "n"}, {"column": "n", "column_index": 1}),
    (C + "type_to_be", {"column": "id", "type_": "BIGINT"}, {"column": "id", "type_": "DATE"}),
    (
        C + "pair_values_a_to_be_greater_than_b",
        {"column_A": "n", "column_B": "twin", "or_equal": True},
        {"column_A": "n", "column_B": "twin"},
    ),
    (
        C + "pair_values_to_be_equal",
        {"column_A": "n", "column_B": "twin"},
        {"column_A": "name", "column_B": "market"},
    ),
    (
        C + "pair_values_to_be_in_set",
        {
            "column_A": "market",
            "column_B": "market",
            "value_pairs_set": [["US", "US"], ["BR", "BR"]],
        },
        {"column_A": "market", "column_B": "market", "value_pairs_set": [["US", "US"]]},
    ),
    (
        "expect_multicolumn_sum_to_equal",
        {"column_list": ["n", "twin"], "sum_total": 2, "mostly": 0.05},
        {"column_list": ["n", "twin"], "sum_total": 2},
    ),
    (
        "expect_multicolumn_values_to_be_equal",
        {"column_list": ["n", "twin"]},
        {"column_list": ["name", "market"]},
    ),
    (
        "expect_select_column_values_to_be_unique_within_record",
        {"column_list": ["name", "market"]},
        {"column_list": ["n", "twin"]},
    ),
    (
        "expect_compound_columns_to_be_unique",
        {"column_list": ["id", "market"]},
        {"column_list": ["market", "day"]},
    ),
    ("expect_table_row_count_to_be_between", {"min_value": 20}, {"min_value": 21}),
    ("expect_table_row_count_to_equal", {"value": 20}, {"value": 21}),
    ("expect_table_column_count_to_be_between", {"max_value": 10}, {"max_value": 9}),
    ("expect_table_column_count_to_equal", {"value": 10}, {"value": 9}),
    (
        "expect_table_columns_to_match_ordered_list",
        {"column_list": COLUMNS},
        {"column_list": COLUMNS[::-1]},
    ),
    (
        "expect_table_columns_to_match_set",
        {"column_set": ["name", "id"], "exact_match": False},
        {"column_set": ["name", "id"]},
    ),
    (
        UNEXPECTED_ROWS,
        {"unexpected_rows_query": "select id from {batch} where name = ':x' or name like '%%:y'"},
        {"unexpected_rows_query": "select id, name from {batch} where n > 15 and name <> 'a:b'"},
    ),
]
