"""The rules of the house that a reader would otherwise have to hold: walked over the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 300
PACKAGES = ("coop", "ledger", "integrations")
ROLES = {
    "rules", "postings", "models", "service", "queries", "checks", "offers", "imports", "views", "api", "jobs",
}  # fmt: skip


def modules(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "versions" not in path.parts:
                yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module, *names: str) -> list[int]:
    """Lines of calls of these names, plain (`float(x)`) or as a method (`session.commit()`)."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in names)
            or (isinstance(node.func, ast.Attribute) and node.func.attr in names)
        )
    ]


def test_only_the_kernel_commits() -> None:
    """`with unit(actor)` is the only commit; the web's own account rows are FAB's session."""
    allowed = ("coop/kernel/", "coop/web/", "coop/migrations/env.py")
    found = {
        str(path): lines
        for path, tree in modules(*PACKAGES)
        if not str(path).startswith(allowed) and (lines := calls(tree, "commit", "rollback"))
    }
    assert found == {}


def test_money_meets_no_float() -> None:
    def strict(path: Path) -> bool:
        return path.parts[0] == "ledger" or bool({"rules", "postings"} & {*path.parts[:-1], path.stem})

    found = {}
    for path, tree in modules("ledger", "coop"):
        if strict(path):
            lines = calls(tree, "float")
            lines += [
                n.lineno for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, float)
            ]
            # The level is found by a guide in floating point and certified in integers; it never becomes an amount.
            if lines and path.parts[-2:] != ("rules", "level.py"):
                found[str(path)] = lines
    assert found == {}


def test_modules_stay_readable() -> None:
    long = {
        str(path): lines
        for path, _ in modules(*PACKAGES)
        if (lines := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_every_module_says_what_it_holds() -> None:
    silent = [str(path) for path, tree in modules(*PACKAGES) if not ast.get_docstring(tree) and tree.body]
    assert silent == []


def test_every_error_class_of_the_house_is_named_one() -> None:
    wrong = [
        f"{path}:{node.name}"
        for path, tree in modules(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(b, ast.Name) and b.id in ("CoopError", "LedgerError") for b in node.bases)
        and not node.name.endswith("Error")
    ]
    assert wrong == []


def test_the_contract_on_roles_names_every_module_of_that_role() -> None:
    """import-linter's lists are exhaustive: a new rules module cannot be left out of them."""
    import tomllib

    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = {m for c in config["tool"]["importlinter"]["contracts"] for m in c.get("source_modules", [])}
    there = {
        f"coop.{subject.name}.{role.stem}"
        for subject in (ROOT / "coop").iterdir()
        if subject.is_dir()
        for role in subject.iterdir()
        if role.stem in ROLES - {"imports", "api", "jobs"}
        and (role.suffix == ".py" or (role / "__init__.py").exists())
    }
    assert there - listed - {"coop.web.views", "coop.web.offers"} == set()


@pytest.mark.parametrize("path", ["README.md", "CHANGELOG.md", "LICENSE", "constraints.txt", ".ci/run"])
def test_what_a_reader_needs_is_there(path: str) -> None:
    assert (ROOT / path).stat().st_size > 0


def test_lock_files_name_no_registry() -> None:
    for name in ("package-lock.json", "constraints.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text.replace("https://opencollective", "").replace(
            "https://github.com/sponsors", ""
        ) or ('"resolved"' not in text and name == "package-lock.json")
