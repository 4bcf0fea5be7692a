"""The build's one step of its own: a wheel without its web assets or Chinese words is not built. All else is data."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

WEB = Path(__file__).resolve().parent / "coop" / "web"
NEEDED = (WEB / "static" / "vendor" / ".stamp", WEB / "translations" / "zh" / "LC_MESSAGES" / "messages.mo")


class BuildWithAssets(build_py):
    """Editable installs come before the assets are fetched; what is handed on must have them."""

    def run(self) -> None:
        missing = [str(path) for path in NEEDED if not path.is_file()]
        if missing and not self.editable_mode:
            raise SystemExit(
                f"not there yet: {', '.join(missing)}; run `make wheel`, which fetches them first"
            )
        super().run()


setup(cmdclass={"build_py": BuildWithAssets})
