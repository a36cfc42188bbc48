"""The program with a fault of its own: a copy of the sources, a small patch, and a build beside the usual one."""

import os
import shutil
import subprocess
from pathlib import Path

from . import builds

PATCHES = Path(__file__).resolve().parent / "broken"


def kinds(patches=PATCHES):
    """What the patches of a directory are called."""
    return sorted(patch.stem for patch in patches.glob("*.patch"))


def build(root, kind, patches=PATCHES):
    """Builds it, and gives the path of the program. The build directory stays, and makes the next one fast."""
    source = root / "target" / "broken"
    shutil.rmtree(source, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout
    for name in filter(None, os.fsdecode(listed).split("\0")):
        if (root / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            # With its time, so that only what the patch touches is built again.
            shutil.copy2(root / name, source / name)
    subprocess.run(["patch", "-p1", "-i", str(patches / f"{kind}.patch")], cwd=source, check=True)
    return builds.build(root, source)
