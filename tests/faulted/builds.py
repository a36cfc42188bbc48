"""Builds of the program beside the usual one, which take over what that has built of other crates."""

import os
import shutil
import subprocess
from pathlib import Path


def build(root, source):
    """Builds these sources; the path of the program, until others are built. What is there makes the next one fast."""
    place = root / "target" / "beside"
    take_over(Path(os.environ.get("CARGO_TARGET_DIR", root / "target")) / "debug", place / "debug")
    environment = os.environ | {"CARGO_TARGET_DIR": str(place)}
    subprocess.run(["cargo", "build", "--locked", "--bin", "keystead"], cwd=source, env=environment, check=True)
    return place / "debug" / "keystead"


def take_over(built, place):
    """Copies the crates that were built already: all but this program's own parts."""
    marks = built / ".fingerprint"
    if place.exists() or not marks.exists():
        return
    crates = [mark.name for mark in marks.iterdir() if not mark.name.startswith("keystead-")]
    ends = {name.rsplit("-", 1)[1] for name in crates}
    for name in crates:
        shutil.copytree(marks / name, place / ".fingerprint" / name)
        if (built / "build" / name).exists():
            shutil.copytree(built / "build" / name, place / "build" / name)
    (place / "deps").mkdir()
    for file in (built / "deps").iterdir():
        if file.stem.rsplit("-", 1)[-1] in ends:
            shutil.copy2(file, place / "deps" / file.name)
