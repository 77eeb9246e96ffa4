"""Flatpak, Snap, Nix and musl: known by their marks, and by nothing that others have, too."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from satseg_core.errors import RuntimeUnavailableError
from satseg_qgis.engine import find, systems
from satseg_qgis.engine.find import PACKAGES, ProbeCache, find_engine
from satseg_qgis.engine.systems import FLATPAK, MUSL, NIX, SNAP, advice, system_kind

GLIBC = "lib64/ld-linux-x86-64.so.2"
DEBIAN = (GLIBC, "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "etc/debian_version")


def tree(root: Path, *files: str) -> Path:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.mark.parametrize(
    ("files", "environ", "prefix", "expected"),
    [
        (DEBIAN, {}, "/usr", None),
        ((*DEBIAN, ".flatpak-info"), {}, "/usr", FLATPAK),
        (DEBIAN, {"FLATPAK_ID": "org.qgis.qgis"}, "/usr", FLATPAK),
        (DEBIAN, {"SNAP": "/snap/qgis/12"}, "/snap/qgis/12/usr", SNAP),
        # started from the terminal of an editor that is a Snap
        (DEBIAN, {"SNAP": "/snap/code/170"}, "/usr", None),
        (("etc/NIXOS", GLIBC), {}, "/run/current-system/sw", NIX),
        # Nix on another system
        (DEBIAN, {}, "/nix/store/abc-python3-3.12.8", NIX),
        (("lib/ld-musl-x86_64.so.1", "etc/alpine-release"), {}, "/usr", MUSL),
        (("lib/ld-musl-aarch64.so.1",), {}, "/usr", MUSL),
        # Debian's package musl
        ((*DEBIAN, "lib/ld-musl-x86_64.so.1"), {}, "/usr", None),
        (("lib/ld-linux-aarch64.so.1", "lib/ld-musl-aarch64.so.1"), {}, "/usr", None),
    ],
)
def test_each_is_known_by_its_marks(
    tmp_path: Path, files: tuple[str, ...], environ: dict[str, str], prefix: str, expected: str | None
) -> None:
    assert system_kind("linux", environ, prefix, tree(tmp_path, *files)) == expected


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_there_are_none(tmp_path: Path, platform: str) -> None:
    root = tree(tmp_path, ".flatpak-info", "etc/NIXOS")
    assert system_kind(platform, {"FLATPAK_ID": "x"}, "/usr", root) is None


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FLATPAK, f"--command=pip3 org.qgis.qgis install --user {PACKAGES}"),
        (SNAP, "install QGIS from qgis.org"),
        (NIX, "nix-ld"),
        (MUSL, "apk add"),
    ],
)
def test_each_has_its_sentence(kind: str, words: str) -> None:
    sentence = advice(kind, PACKAGES)
    assert words in sentence
    assert not any(name for _, name, _, _ in string.Formatter().parse(sentence))


def test_where_nothing_is_special_nothing_is_said() -> None:
    assert advice(None, PACKAGES) == ""
    assert systems.with_advice("It is so.", {}, PACKAGES) == "It is so."


def test_who_has_no_engine_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "own_pythons", lambda *_: [])
    with pytest.raises(RuntimeUnavailableError, match=r"No Python with .* QGIS runs in a Flatpak"):
        find_engine({"FLATPAK_ID": "org.qgis.qgis", "SATSEG_ENVIRONMENTS": "/nowhere"}, ProbeCache())
