"""The program of an earlier commit: its sources from git, and a build below `target` that takes what others have built."""

import shutil
import subprocess
from pathlib import Path

from faulted import builds

LAST_RELEASE = Path(__file__).resolve().parent / "last-release"


def last_release():
    """The commit of the version that servers are upgraded from; behind it stands its newest migration."""
    return LAST_RELEASE.read_text(encoding="ascii").split()[0]


def build(root, revision):
    """Builds it, and gives the path of the program. One that was built before is taken as it is."""
    named = ["git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"]
    found = subprocess.run(named, cwd=root, capture_output=True, text=True, check=False)
    commit = found.stdout.strip()
    if not commit:
        raise SystemExit(f"tests/upgrade: this repository has no commit {revision}; fetch it, or give --older")
    place = root / "target" / "upgrade"
    program = place / "programs" / commit
    if program.exists():
        return program
    # A place of its own for each: cargo goes by times, and those of an archive are of its commit.
    source = place / commit
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", commit], cwd=root, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(source)], input=archive, check=True)
    built = builds.build(root, source)
    program.parent.mkdir(exist_ok=True)
    shutil.copy2(built, program)
    shutil.rmtree(source)
    return program
