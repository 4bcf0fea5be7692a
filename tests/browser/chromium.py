"""Find a Chromium for the browser tests: an installed one, else the one npm's lock file brought.

The npm package `@sparticuz/chromium` holds the browser compressed, with the system libraries and fonts a bare
machine lacks; it is unpacked once into `node_modules/.siwei-chromium` and started through a script that
names them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from coop.web.assets import ROOT, npm_command, wheel_node

INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MODULES = ROOT / "node_modules"
UNPACKED = MODULES / ".siwei-chromium"
UNPACK = """
import { inflate } from "@sparticuz/chromium";
for (const name of process.argv.slice(1)) await inflate(name);
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{modules}/@expo-google-fonts</dir>
  <dir>{unpacked}/fonts</dir>
  <cachedir>{unpacked}/cache</cachedir>
</fontconfig>
"""


class NoChromiumError(RuntimeError):
    """Neither an installed browser nor the npm package."""

    def __init__(self) -> None:
        super().__init__("no Chromium: install one, or run `python -m coop.web.assets --dev`")


def find_chromium(*, installed: bool = True) -> Path:
    """The program to start (Playwright's `executable_path`); `installed=False` considers npm's alone."""
    found = next(filter(None, map(shutil.which, INSTALLED)), None) if installed else None
    return Path(found) if found else unpack()


def unpack() -> Path:
    """Npm's Chromium, unpacked on first use; raises NoChromiumError where the package is not there."""
    script = UNPACKED / "chromium.sh"
    packed = MODULES / "@sparticuz" / "chromium" / "bin"
    if script.is_file() and script.stat().st_mtime >= (packed / "chromium.br").stat().st_mtime:
        return script
    if not packed.is_dir():
        raise NoChromiumError
    UNPACKED.mkdir(exist_ok=True)
    node = wheel_node() or Path(shutil.which("node") or npm_command()[0])
    parts = [
        str(packed / name) for name in ("chromium.br", "fonts.tar.br", "swiftshader.tar.br", "al2023.tar.br")
    ]
    subprocess.run(
        [str(node), "--input-type=module", "--eval", UNPACK, *parts],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(UNPACKED)},
        check=True,
    )
    return write_script(script)


def write_script(script: Path) -> Path:
    """A starter that names the fonts, and the package's libraries where the system lacks some."""
    program = UNPACKED / "chromium"
    program.chmod(0o755)
    listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False)
    lines = ["#!/bin/sh"]
    if "not found" in listed.stdout:
        lines.append(f'export LD_LIBRARY_PATH="{UNPACKED}/al2023/lib"')
    config = UNPACKED / "fonts.conf"
    config.write_text(FONTS.format(modules=MODULES, unpacked=UNPACKED), "utf-8")
    lines += [f'export FONTCONFIG_FILE="{config}"', f'exec "{program}" "$@"']
    draft = script.with_suffix(".new")
    draft.write_text("\n".join(lines) + "\n", "utf-8")
    draft.chmod(0o755)
    return draft.replace(script)
