"""Words in two languages: msgids are English, each subject keeps its own Chinese catalogue beside its pages.

`coop/<subject>/translations/zh/LC_MESSAGES/messages.po`; shared words stand in the toolkit's. `python -m
coop.web.i18n`:

- `extract`  adds msgids of the code that no catalogue has yet to the catalogue of their subject, untranslated
- `check`    fails and lists every msgid of the code without a Chinese translation
- `compile`  writes the .mo files the running program reads (git-ignored)
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).resolve().parent
CODE = HERE.parent
INNER = Path("zh", "LC_MESSAGES", "messages.po")
# What FAB's own Chinese catalogue lacks; it stands apart, for its msgids are not in our code.
FAB_GAPS = HERE / "translations_fab"
HEADER = rb"""# Chinese words of Siwei; msgids are the English ones.
msgid ""
msgstr ""
"Project-Id-Version: siwei\n"
"Language: zh\n"
"Plural-Forms: nplurals=1; plural=0;\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_gettext": None,
    "_l": None,
}


def catalogue_folders() -> list[Path]:
    """Every folder with a catalogue, the toolkit's last: where two translate one msgid, the later folder
    wins.
    """
    subjects = sorted(p for p in CODE.glob("*/translations") if p.parent != HERE)
    return [FAB_GAPS, *subjects, HERE / "translations"]


def _read(folder: Path) -> Catalog:
    path = folder / INNER
    if not path.is_file():
        return Catalog(locale="zh", project="siwei", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="zh")


def _write(folder: Path, catalogue: Catalog) -> None:
    path = folder / INNER
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        # No dates and no line numbers: a catalogue changes only when its words do.
        file.write(HEADER)
        write_po(file, catalogue, width=110, omit_header=True, no_location=True, sort_output=True)


def extracted() -> Iterator[tuple[str, str, str | tuple[str, ...]]]:
    """(subject folder, file, msgid) of every marked string in code and templates; plurals come as a pair."""
    methods, options = _mapping()
    for name, _line, message, _comments, _context in extract_from_dir(
        CODE, method_map=methods, options_map=options, keywords=KEYWORDS, comment_tags=()
    ):
        subject = name.partition("/")[0]
        yield (subject if subject.partition(".")[2] != "py" else "web"), name, message


def _mapping() -> tuple[list[tuple[str, str]], dict[str, dict[str, object]]]:
    with (HERE / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    return methods, options


def untranslated() -> list[str]:
    """`file: msgid` for every marked string that no catalogue translates."""
    words: set[str] = set()
    for folder in catalogue_folders():
        for message in _read(folder):
            texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
            if message.id and all(texts) and not message.fuzzy:
                words.add(_key(message.id))
    return sorted({f"{name}: {_key(msgid)}" for _, name, msgid in extracted() if _key(msgid) not in words})


def _key(msgid: str | tuple[str, ...] | list[str]) -> str:
    return msgid if isinstance(msgid, str) else msgid[0]


def extract() -> int:
    """Add new msgids to their subject's catalogue; the number added."""
    held = {_key(m.id) for folder in catalogue_folders() for m in _read(folder)}
    new: dict[str, list[str | tuple[str, ...]]] = {}
    for subject, _, msgid in extracted():
        if _key(msgid) not in held:
            held.add(_key(msgid))
            new.setdefault(subject, []).append(msgid)
    for subject, msgids in new.items():
        folder = CODE / subject / "translations"
        catalogue = _read(folder)
        for msgid in msgids:
            catalogue.add(msgid, "" if isinstance(msgid, str) else ("",))
        _write(folder, catalogue)
    return sum(map(len, new.values()))


def compile_all() -> int:
    """Write every .mo that is missing or older than its .po; the number written."""
    written = 0
    for folder in catalogue_folders():
        source = folder / INNER
        target = source.with_suffix(".mo")
        if not source.is_file() or (target.is_file() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        # Written beside and moved, so that a process that reads meanwhile sees a whole file.
        draft = target.with_suffix(".mo.new")
        with draft.open("wb") as file:
            write_mo(file, _read(folder))
        draft.replace(target)
        written += 1
    return written


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="the program's words in Chinese")
    parser.add_argument("step", choices=["extract", "check", "compile"])
    step = parser.parse_args(arguments).step
    if step == "check":
        missing = untranslated()
        for line in missing:
            print(line, file=sys.stderr)  # noqa: T201
        return 1 if missing else 0
    print(f"{step}: {extract() if step == 'extract' else compile_all()}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
