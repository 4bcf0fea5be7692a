"""Result files of jobs, kept in the data folder: one folder a tenant, one a content, so that a file never changes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coop.kernel.errors import NotFoundError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*\.[a-z]+", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class _Folder:
    """Where result files are kept, told once by the composition root."""

    path: Path | None = None


def keep_in(folder: Path) -> None:
    """Told by app and worker: `settings.data_dir / "exports"`."""
    _Folder.path = folder


def store(tenant_id: int, name: str, content: bytes) -> dict[str, Any]:
    """Keep a file; what is returned is a job's result: its name, size and SHA-256. Twice the same is once."""
    digest = hashlib.sha256(content).hexdigest()
    result = {"file": name, "bytes": len(content), "sha256": digest}
    write_atomically(_path(tenant_id, result), content)
    return result


def path_of(tenant_id: int, result: Mapping[str, Any] | None) -> Path:
    """Where a job's result file is. Raises NotFoundError where the job has none or it was cleared away."""
    path = _path(tenant_id, result or {})
    if not path.is_file():
        raise NotFoundError("file", path.name)
    return path


def folder() -> Path:
    """Where the results of all tenants are."""
    if _Folder.path is None:
        raise RuntimeError("no folder for results: the composition root calls keep_in() first")
    return _Folder.path


def _path(tenant_id: int, result: Mapping[str, Any]) -> Path:
    name, digest = str(result.get("file", "")), str(result.get("sha256", ""))
    if not _NAME.fullmatch(name) or not _DIGEST.fullmatch(digest):
        raise NotFoundError("file", name or "—")
    return folder() / str(int(tenant_id)) / digest / name


def write_atomically(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all: a reader never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)
    return path
