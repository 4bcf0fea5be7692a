import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.apportionment import apportion_problem, apportion_text
from ledger.errors import Fault, InputFaultsError


def problem(**more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "tranches": [
            {"name": "按份额", "pool_fen": 1000, "key": "shares"},
            {"name": "按交易", "pool_fen": 1, "key": "trade"},
        ],
        "members": [
            {"id": "M2", "keys": {"shares": "1.5", "trade": "-3"}},
            {"id": "M1", "keys": {"shares": "1", "trade": "0.000001"}},
            {"id": "M3", "keys": {}},
        ],
    }
    return {**base, **more}


def places(bad: object) -> list[str]:
    with pytest.raises(InputFaultsError) as caught:
        apportion_problem(bad)
    return [fault.place for fault in caught.value.faults]


def test_a_problem_is_shared_out() -> None:
    assert apportion_problem(problem()) == {
        "members": [
            {"id": "M1", "tranches": {"按份额": 400, "按交易": 1}, "total_fen": 401},
            {"id": "M2", "tranches": {"按份额": 600, "按交易": 0}, "total_fen": 600},
            {"id": "M3", "tranches": {"按份额": 0, "按交易": 0}, "total_fen": 0},
        ]
    }


def test_empty_problems_are_fine() -> None:
    assert apportion_problem({"tranches": [], "members": []}) == {"members": []}
    nothing = [{"name": "a", "pool_fen": 0, "key": "k"}]
    shares = apportion_problem({"tranches": nothing, "members": [{"id": "M", "keys": {}}]})
    assert shares["members"][0] == {"id": "M", "tranches": {"a": 0}, "total_fen": 0}


@pytest.mark.parametrize("pool", [-1, True, 5.0, "5", None, [1]])
def test_pools_are_integers(pool: object) -> None:
    tranches = [{"name": "a", "pool_fen": pool, "key": "shares"}]
    assert places(problem(tranches=tranches)) == ["/tranches/0/pool_fen"]


@pytest.mark.parametrize(
    "weight",
    [
        "",
        "1e3",
        "1.0000001",
        "+1",
        " 1",
        "1 ",
        ".5",
        "5.",
        "1,000",
        "NaN",
        "Infinity",
        "١",
        "１",
        "--1",
        "1\n",
        1,
        1.5,
        True,
        None,
    ],
)
def test_keys_are_plain_decimals(weight: object) -> None:
    members = [{"id": "M", "keys": {"shares": weight, "trade": "1"}}]
    assert places(problem(members=members)) == ["/members/0/keys/shares"]


@pytest.mark.parametrize("bad", [None, [], "x", 1, {}])
def test_shapes(bad: object) -> None:
    expected = ["/tranches", "/members"] if bad == {} else [""]
    assert places(bad) == expected


def test_all_faults_are_told_at_once() -> None:
    bad = {
        "extra": 1,
        "tranches": [
            {"name": "a", "pool_fen": -1, "key": "k"},
            {"name": "a", "pool_fen": 1, "key": 7, "x/y~z": 0},
            5,
        ],
        "members": [
            {"id": "M", "keys": {"a/b": "x"}},
            {"id": "M", "keys": []},
            {"keys": {}},
            {"id": 3, "keys": {}},
        ],
    }
    assert places(bad) == [
        "/extra",
        "/tranches/0/pool_fen",
        "/tranches/1/x~1y~0z",
        "/tranches/1/name",
        "/tranches/1/key",
        "/tranches/2",
        "/members/0/keys/a~1b",
        "/members/1/keys",
        "/members/1/id",
        "/members/2/id",
        "/members/3/id",
    ]


def test_a_pool_that_nobody_gets_is_an_error_not_a_silent_loss() -> None:
    assert places(problem(members=[{"id": "M", "keys": {"shares": "0", "trade": "-1"}}])) == [
        "/tranches/0/pool_fen",
        "/tranches/1/pool_fen",
    ]
    assert places(problem(members=[])) == ["/tranches/0/pool_fen", "/tranches/1/pool_fen"]


def test_very_long_keys_are_still_exact() -> None:
    members = [
        {"id": "A", "keys": {"shares": "9" * 6000, "trade": "1"}},
        {"id": "B", "keys": {"shares": "0.1"}},
    ]
    shares = apportion_problem(problem(members=members))
    assert [member["tranches"]["按份额"] for member in shares["members"]] == [1000, 0]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["tranches", "members", "id", "keys", "name", "pool_fen", "key"]), inner
            )
        ),
        max_leaves=20,
    )
)
def test_no_shape_breaks_it(bad: object) -> None:
    faults: tuple[Fault, ...] = ()
    try:
        apportion_problem(bad)
    except InputFaultsError as error:
        faults = error.faults
    assert all(str(fault).isprintable() and str(fault).encode() for fault in faults)


@pytest.mark.parametrize(
    "text", ["", "{", "[1,]", '{"tranches": [], "members": [], "members": []}', "[" * 100_000, "9" * 5000]
)
def test_bad_json_is_a_fault(text: str) -> None:
    with pytest.raises(InputFaultsError):
        apportion_text(text)


def test_text_in_and_out() -> None:
    answer = apportion_text(json.dumps(problem()))
    assert json.loads(answer) == apportion_problem(problem())
    assert "按份额" in answer
    odd = problem(members=[{"id": "\ud800", "keys": {"shares": "1", "trade": "1"}}])
    assert apportion_text(json.dumps(odd)).isascii()
