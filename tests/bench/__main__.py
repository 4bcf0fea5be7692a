"""`make bench`: every measured goal with its ratio. Ends with exit code 0 whether goals are met or missed."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.bench import posting, reading
from tests.bench.measure import Result
from tests.bench.world import Bench, bench

CASES: dict[str, Callable[[Bench], Result | list[Result]]] = {
    "B2": posting.one_by_one,
    "B1": lambda world: [posting.batch(world), posting.mapped_rows(world)],
    "C5": reading.trial,
    "C1": reading.text_of,
    "C7": reading.many_books,
}


def main(asked: list[str]) -> None:
    with bench() as world:
        for name, case in CASES.items():
            if asked and name not in asked:
                continue
            found = case(world)
            for result in found if isinstance(found, list) else [found]:
                print(result, flush=True)  # noqa: T201  (its report)


if __name__ == "__main__":
    main(sys.argv[1:])
