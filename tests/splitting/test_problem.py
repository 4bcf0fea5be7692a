"""`coop split` as text: strict in, exact out, every fault at its JSON pointer."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.kernel.errors import InputError
from coop.splitting.problem import parse, split_problem

A = {"id": "A", "capacity_g": 40}


def _places(text: str | bytes) -> list[str]:
    with pytest.raises(InputError) as caught:
        split_problem(text)
    assert all(fault.zh and fault.en and "\n" not in str(fault) for fault in caught.value.faults)
    return [fault.place for fault in caught.value.faults]


def _faulty(**change: Any) -> list[str]:
    return _places(json.dumps({"order_g": 25, "lot_g": 10, "candidates": [A], **change}))


def _faulty_candidate(**change: Any) -> list[str]:
    return [place.removeprefix("/candidates/0/") for place in _faulty(candidates=[{**A, **change}])]


def test_the_answer_has_the_contract_s_members_in_order_of_ids() -> None:
    answer = json.loads(
        split_problem(
            json.dumps(
                {
                    "order_g": 105,
                    "lot_g": 10,
                    "candidates": [
                        {"id": "户3", "capacity_g": 100, "prior_g": 20, "weight": "1.000000"},
                        {"id": "户1", "capacity_g": 100, "locked_g": None, "eligible": True},
                        {"id": "户2", "capacity_g": 30, "minimum_g": 30},
                    ],
                }
            )
        )
    )
    assert answer == {
        "allocations": [
            {"id": "户1", "quantity_g": 50, "reason": "level"},
            {"id": "户2", "quantity_g": 30, "reason": "capacity"},
            {"id": "户3", "quantity_g": 25, "reason": "remainder"},
        ],
        "allocated_g": 105,
        "shortfall_g": 0,
        # r = 50, 30, 45: 125² / (3 × 5425), 2 × 40 / (2 × 3 × 125), 30 and 50 over 41.67
        "fairness": {"jain": 0.960061, "gini": 0.106667, "min_ratio": 0.72, "max_ratio": 1.2},
    }


def test_no_candidates_leave_the_whole_order_short() -> None:
    assert split_problem('{"order_g": 7, "lot_g": 10, "candidates": []}') == (
        '{"allocations": [], "allocated_g": 0, "shortfall_g": 7, '
        '"fairness": {"jain": 1, "gini": 0, "min_ratio": 1, "max_ratio": 1}}'
    )


def test_the_largest_numbers_are_taken() -> None:
    candidate = {"id": "A", "capacity_g": 10**12, "prior_g": 10**12, "weight": "999999.999999"}
    text = json.dumps({"order_g": 10**12, "lot_g": 1, "candidates": [candidate]})
    assert json.loads(split_problem(text))["allocated_g"] == 10**12


@pytest.mark.parametrize(
    "value", ["5.0", "5e0", "true", "null", '"5"', "NaN", "Infinity", "-1", "1" + "0" * 5000, "[]", "{}"]
)
@pytest.mark.parametrize("key", ["order_g", "lot_g"])
def test_order_and_lot_are_plain_integers(key: str, value: str) -> None:
    other = "lot_g" if key == "order_g" else "order_g"
    assert _places(f'{{"{key}": {value}, "{other}": 5, "candidates": []}}') == [f"/{key}"]


@pytest.mark.parametrize("key", ["capacity_g", "prior_g", "minimum_g", "locked_g"])
@pytest.mark.parametrize("value", [5.0, True, "5", -1, 10**12 + 1, [], {}])
def test_quantities_are_plain_integers_in_range(key: str, value: Any) -> None:
    candidate = {**A, "capacity_g": 10**12, key: value}
    assert _faulty(order_g=10**12, candidates=[candidate])[0] == f"/candidates/0/{key}"


@pytest.mark.parametrize(
    "value",
    [
        *(1, 1.5, None, True, "", "0", "0.000000", "-1", "+1", "1.", ".5", "1e3", " 1", "1 ", "1,000"),
        *("1.0000000", "1000000", "NaN", "Infinity", "1\n", "１", "1/2"),
    ],
)
def test_weights_are_plain_decimal_strings(value: Any) -> None:
    assert _faulty_candidate(weight=value) == ["weight"]


@pytest.mark.parametrize("value", ["1", "0.000001", "999999.999999", "2.50", "001.5"])
def test_plain_decimals_are_weights(value: str) -> None:
    problem = parse(json.dumps({"order_g": 1, "lot_g": 1, "candidates": [{**A, "weight": value}]}))
    assert problem.candidates[0].weight == Decimal(value)


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"lot_g": 0}, ["/lot_g"]),
        ({"extra": 1}, ["/extra"]),
        ({"a/b~c": 1}, ["/a~1b~0c"]),
        ({"两\n行": 1}, ["/两\\n行"]),
        ({"candidates": None}, ["/candidates"]),
        ({"candidates": {}}, ["/candidates"]),
        ({"candidates": [5]}, ["/candidates/0"]),
        ({"candidates": [{}]}, ["/candidates/0/id", "/candidates/0/capacity_g"]),
        ({"candidates": [A, {"id": "B", "capacity_g": 1}, A]}, ["/candidates/2/id"]),
        ({"candidates": [{**A, "id": 5}]}, ["/candidates/0/id"]),
        ({"candidates": [{**A, "id": None}]}, ["/candidates/0/id"]),
        ({"candidates": [{**A, "id": "\ud800"}]}, ["/candidates/0/id"]),
        ({"candidates": [{**A, "eligible": 1}]}, ["/candidates/0/eligible"]),
        ({"candidates": [{**A, "eligible": None}]}, ["/candidates/0/eligible"]),
        ({"candidates": [{**A, "note": ""}]}, ["/candidates/0/note"]),
        ({"candidates": [{**A, "locked_g": 41}], "order_g": 50}, ["/candidates/0/locked_g"]),
        ({"candidates": [{**A, "locked_g": 0, "eligible": False}]}, ["/candidates/0/locked_g"]),
        ({"candidates": [{**A, "locked_g": 26}]}, ["/candidates"]),
    ],
)
def test_a_fault_is_named_at_its_place(change: dict[str, Any], places: list[str]) -> None:
    assert _faulty(**change) == places


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "5", '{"order_g": 1} {}', "{'order_g': 1}", "[" * 100_000, b"\xff\xfe", "nan"],
)
def test_what_is_no_object_is_one_fault_of_the_whole(text: str | bytes) -> None:
    assert _places(text) == [""]


def test_a_byte_order_mark_is_forgiven() -> None:
    text = '{"order_g": 0, "lot_g": 1, "candidates": []}'
    assert split_problem("\ufeff" + text) == split_problem(text)
    assert split_problem(b"\xef\xbb\xbf" + text.encode()) == split_problem(text)


def test_repeated_keys_are_faults() -> None:
    assert _places('{"order_g": 1, "order_g": 1, "lot_g": 1, "candidates": []}') == ["/order_g"]
    assert _places('{"order_g": 1, "lot_g": 1, "candidates": [{"id": "A", "capacity_g": 1, "id": "A"}]}') == [
        "/candidates/0/id"
    ]


def test_all_faults_come_at_once_and_none_is_invented() -> None:
    text = json.dumps(
        {
            "order_g": True,
            "lot_g": 0,
            "speed": 1,
            "candidates": [
                {"id": "A", "capacity_g": 1.5, "locked_g": 9},
                {"id": "A", "capacity_g": 3, "weight": 2, "locked_g": 4},
                "B",
            ],
        }
    )
    assert sorted(_places(text)) == [
        "/candidates/0/capacity_g",
        "/candidates/1/id",
        "/candidates/1/locked_g",
        "/candidates/1/weight",
        "/candidates/2",
        "/lot_g",
        "/order_g",
        "/speed",
    ]


KEYS = ["order_g", "lot_g", "candidates", "id", "capacity_g", "weight", "locked_g"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_answered_or_refused_with_places(value: Any) -> None:
    try:
        answer = split_problem(json.dumps(value))
    except InputError as refused:
        faults, answer = refused.faults, ""
        assert str(refused).encode()  # noqa: PT017 -- either outcome is right; what it says must be printable
    else:
        faults = ()
    assert faults or json.loads(answer)["allocated_g"] >= 0
