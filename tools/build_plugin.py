"""Builds ``dist/satseg_qgis.zip`` and holds it against the plugin site's rules.

The same sources give the same bytes: files are sorted, and their times are fixed. The rules are those of the site's own
programs (QGIS-Plugins-Website: ``plugins/validator.py``, ``plugins/security_scanner.py``) and its written guidelines.
"""

from __future__ import annotations

import argparse
import configparser
import importlib.util
import json
import re
import stat
import subprocess
import sys
import tempfile
import tokenize
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parents[1]
NAME = "satseg_qgis"
"""The one top folder of the zip, and the name of the plugin's package."""

MAX_BYTES = 25_000_000
TIME = (2026, 1, 1, 0, 0, 0)
REQUIRED = (
    "name", "description", "version", "qgisMinimumVersion", "author", "email", "about", "tracker", "repository"
)  # fmt: skip
URLS = ("tracker", "repository", "homepage")
FORBIDDEN_SUFFIXES = {".pyc", ".pyo", ".exe", ".dll", ".so", ".dylib", ".pyd", ".bat", ".cmd", ".sh", ".ps1"}
BANDIT_RULES = (
    "B101-B113 B201 B202 B301-B308 B310-B321 B323 B324 B401-B403 B405-B409 B412 B413 B501-B509 B601-B615 B701-B704"
)
"""What the site refuses. Some within the ranges are rules that today's Bandit has no more."""

ARGUED = re.compile(r"# nosec B\d{3}(, ?B\d{3})* # \w+\W+\w+.*")
"""An exception from Bandit's rules names the rules and gives a reason of two words at least."""

ENGINE = ("satseg_core", "training")
"""Packages that go into the plugin's folder."""


def plugin_files(project: Path) -> dict[str, Path]:
    """Files of the zip: name inside it, and where it comes from."""
    files = {f"{NAME}/{name}": project / name for name in ("metadata.txt", "LICENSE")}
    for path in _sources(project / NAME):
        files[path.relative_to(project).as_posix()] = path
    for package in ENGINE:
        for path in _sources(project / package):
            files[f"{NAME}/{path.relative_to(project).as_posix()}"] = path
    return dict(sorted(files.items()))


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if path.is_file() and not hidden and path.suffix not in (".pyc", ".pyo"):
            yield path


def write_zip(files: dict[str, Path], target: Path) -> None:
    """Write the zip, the same bytes for the same files."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in files.items():
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            archive.writestr(info, path.read_bytes())


def problems(target: Path, version: str, packages: Iterable[str] = ()) -> list[str]:
    """What the plugin site would refuse without looking into the code; a sentence each.

    Args:
        target: the zip.
        version: of SatSeg, which the zip must state.
        packages: from outside QGIS, which ``about`` must name.
    """
    found = []
    if target.stat().st_size > MAX_BYTES:
        found.append(f"the zip has {target.stat().st_size:,} bytes, more than {MAX_BYTES:,}")
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        found += _entry_problems(archive)
        found += _name_problems(names)
        if f"{NAME}/metadata.txt" in names:
            text = archive.read(f"{NAME}/metadata.txt").decode("utf-8")
            try:
                metadata = read_metadata(text)
            except (configparser.Error, KeyError) as error:
                return [*found, f"the plugin site cannot read metadata.txt: {error}"]
            found += _metadata_problems(metadata, version)
            found += _compatibility_problems(metadata)
            found += _reference_problems(metadata, names)
            about = metadata.get("about", "")
            found += [f"about does not name {package}" for package in packages if package not in about]
    return found


def _entry_problems(archive: zipfile.ZipFile) -> Iterator[str]:
    for info in archive.infolist():
        mode = info.external_attr >> 16
        if stat.S_ISLNK(mode):
            yield f"{info.filename} is a link"
        elif mode & 0o111 and not info.is_dir():
            yield f"{info.filename} is marked as a program"
    damaged = archive.testzip()
    if damaged:
        yield f"{damaged} is damaged"


def _name_problems(names: Iterable[str]) -> Iterator[str]:
    names = list(names)
    for name in names:
        parts = name.split("/")
        if parts[0] != NAME:
            yield f"{name} is outside the folder {NAME}"
        if any(part.startswith(".") or part in ("__pycache__", "__MACOSX") for part in parts):
            yield f"{name} is hidden or a cache"
        if ".." in name or "\\" in name:
            yield f"{name} has a path in it that leads elsewhere"
        if Path(name).suffix.lower() in FORBIDDEN_SUFFIXES or ".pyc" in name:
            yield f"{name} is a binary or a script of the shell"
    for needed in ("__init__.py", "metadata.txt", "LICENSE"):
        if f"{NAME}/{needed}" not in names:
            yield f"{needed} is missing"


def _metadata_problems(metadata: dict[str, str], version: str) -> Iterator[str]:
    for key in REQUIRED:
        if not metadata.get(key, "").strip():
            yield f"metadata.txt lacks {key}"
    if "plugin" in metadata.get("name", "").lower():
        yield "the name must not contain 'plugin'"
    if "/" in metadata.get("author", ""):
        yield "the author must not contain a slash"
    if metadata.get("version") != version:
        yield f"metadata.txt says version {metadata.get('version')}, satseg_core {version}"
    if not re.fullmatch(r"\d+\.\d+\.\d+", metadata.get("version", "")):
        yield "the version is not of the form x.y.z"
    if metadata.get("hasProcessingProvider") != "yes":
        yield "without hasProcessingProvider=yes the algorithms are missing from qgis_process"


def _compatibility_problems(metadata: dict[str, str]) -> Iterator[str]:
    if not re.fullmatch(r"3\.\d+", metadata.get("qgisMinimumVersion", "")):
        yield "qgisMinimumVersion is not of the form 3.y"
    if not re.fullmatch(r"4\.\d+", metadata.get("qgisMaximumVersion", "")):
        yield "without qgisMaximumVersion=4.y QGIS 4 does not offer the plugin"
    if "supportsQt6" in metadata:
        yield "supportsQt6 says nothing any more: qgisMaximumVersion does"


def _reference_problems(metadata: dict[str, str], names: list[str]) -> Iterator[str]:
    icon = metadata.get("icon", "")
    if icon and f"{NAME}/{icon}" not in names:
        yield f"the icon {icon} is missing"
    for key in URLS:
        address = urlsplit(metadata.get(key, ""))
        if metadata.get(key) and not (address.scheme in ("http", "https") and "." in address.netloc):
            yield f"{key} is no address of a web page"


def read_metadata(text: str) -> dict[str, str]:
    """Keys and values of ``metadata.txt``, read as the plugin site and QGIS do: they stumble over a lone ``%``."""
    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return dict(parser["general"])


def code_problems(target: Path) -> list[str]:
    """What the site's scanners find in the zip as users unpack it; needs bandit and detect-secrets in this Python."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(target) as archive:
            archive.extractall(folder)
        return [*_exception_problems(Path(folder)), *_bandit_problems(folder), *_secret_problems(folder)]


def _exception_problems(folder: Path) -> Iterator[str]:
    """Exceptions from Bandit's rules that do not say which rule, or why."""
    for path in sorted(folder.rglob("*.py")):
        with tokenize.open(path) as lines:
            for token in tokenize.generate_tokens(lines.readline):
                comment = token.string if token.type == tokenize.COMMENT else ""
                if re.search(r"#\s*nosec", comment) and not ARGUED.search(comment):
                    place = f"{path.relative_to(folder).as_posix()}:{token.start[0]}"
                    yield f"{place}: write '# nosec B123 # the reason', not '{comment}'"


def _bandit_problems(folder: str) -> Iterator[str]:
    command = ["bandit", "--quiet", "--recursive", ".", "--format", "json", "--tests", ",".join(bandit_rules())]
    done = _run_module(command, folder)
    report = json.loads(done.stdout)
    for error in report["errors"]:
        yield f"{error['filename']}: bandit cannot read it: {error['reason']}"
    for result in report["results"]:
        place = f"{result['filename']}:{result['line_number']}"
        yield f"{place}: {result['test_id']} {result['issue_text']}"
    for line in done.stderr.splitlines():
        if "nosec encountered" in line:
            yield f"an exception that is not needed: {line.split('WARNING')[-1].strip()}"


def bandit_rules() -> list[str]:
    """The site's rules that this Bandit has: to name one that it has not is an error."""
    from bandit.core import extension_loader

    known = {*extension_loader.MANAGER.plugins_by_id, *extension_loader.MANAGER.blacklist_by_id}
    rules = []
    for part in BANDIT_RULES.split():
        first, _, last = part.partition("-")
        rules += [f"B{number}" for number in range(int(first[1:]), int((last or first)[1:]) + 1)]
    return [rule for rule in rules if rule in known]


def _secret_problems(folder: str) -> Iterator[str]:
    # Not asking the services whether a secret is a live one finds more, and nothing leaves the machine.
    done = _run_module(["detect_secrets", "scan", "--all-files", "--no-verify", "."], folder)
    for name, secrets in sorted(json.loads(done.stdout)["results"].items()):
        for secret in secrets:
            yield f"{name}:{secret['line_number']}: {secret['type']}"


def _run_module(command: list[str], folder: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    if not done.stdout.lstrip().startswith("{"):
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done


def dependencies_of(project: Path) -> list[str]:
    """Names of the packages that mapping needs, from ``pyproject.toml``."""
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r"^dependencies = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    return re.findall(r'"([\w.-]+)', found.group(1)) if found else []


def version_of(project: Path) -> str:
    """The version that ``satseg_core`` states."""
    text = (project / "satseg_core" / "version.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    return found.group(1) if found else ""


def main(arguments: list[str] | None = None) -> int:
    """Build and check; the exit code is 1 where the plugin site would refuse the zip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=PROJECT / "dist" / f"{NAME}.zip")
    options = parser.parse_args(arguments)
    target: Path = options.output
    write_zip(plugin_files(PROJECT), target)
    found = problems(target, version_of(PROJECT), dependencies_of(PROJECT))
    missing = [name for name in ("bandit", "detect_secrets") if importlib.util.find_spec(name) is None]
    if missing:
        print(f"not installed: {', '.join(missing)}; the site's look into the code was left out", file=sys.stderr)
    else:
        found += code_problems(target)
    for problem in found:
        print(f"{target.name}: {problem}", file=sys.stderr)
    if not found:
        print(f"{target}: {target.stat().st_size:,} bytes")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
