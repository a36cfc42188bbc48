"""What Keystead is made of: licences, sources and known holes by cargo-deny, and deploy/sbom by the schema of CycloneDX.

Each check must also refuse something bad that is made up here. What could not be checked is a line "Not checked: …".
"""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).absolute().parents[2]
RULES = ROOT / "deny.toml"
CARGO_DENY = Path(sys.executable).with_name("cargo-deny")
# As cargo-deny names its copy of the database of RustSec.
DATABASE = "advisory-db-3157b0e258782691"
UNCHECKED = """Not checked: known holes of the crates, since no database of them that is kept up comes as a package. \
With internet, "target/supply/bin/cargo-deny check advisories" fetches one, which tests/run reads from then on; "cargo \
audit" does as well."""


def deny(*checks, rules=RULES, crate=ROOT):
    """Whether cargo-deny lets a crate pass, and what it says. It never asks the network."""
    flags = ["--offline", "--log-level", "error", "--config", rules, "--manifest-path", crate / "Cargo.toml"]
    locked = ["--locked"] if crate == ROOT else []
    command = [CARGO_DENY, *locked, *flags, "check", "--show-stats", *checks]
    told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return told.returncode == 0, told.stdout.strip()


def passes(result):
    good, text = result
    print(text)
    if not good:
        sys.exit("tests/supply: please look at what is said above; the rules are in deny.toml")


def refused(result, why):
    good, text = result
    assert not good and why in text, f"not refused for {why}:\n{text}"


def licences(scratch):
    for licence, why in [('license = "GPL-3.0-only"', "error[rejected]"), ("", "error[unlicensed]")]:
        crate = Path(tempfile.mkdtemp(dir=scratch))
        (crate / "src").mkdir()
        (crate / "src/lib.rs").touch()
        (crate / "Cargo.toml").write_text(f'[package]\nname = "stranger"\nversion = "1.0.0"\nedition = "2024"\n{licence}\n')
        refused(deny("licenses", crate=crate), why)
    passes(deny("licenses", "bans", "sources"))


MADE_UP = """```toml
[advisory]
id = "RUSTSEC-2026-9999"
package = "serde"
date = "2026-01-01"

[versions]
patched = []
```

# A made-up hole
"""


def made_up_hole(scratch):
    database = scratch / DATABASE
    (database / "crates/serde").mkdir(parents=True)
    (database / "crates/serde/RUSTSEC-2026-9999.md").write_text(MADE_UP)
    subprocess.run(["git", "init", "--quiet", database], check=True)
    fetched = database / ".git/FETCH_HEAD"
    fetched.touch()
    rules = scratch / "deny.toml"
    here = re.sub("(?m)^db-path = .*", f'db-path = "{scratch}"', RULES.read_text())
    # What the list names for good is not in this database.
    here = here.replace('unused-ignored-advisory = "deny"', 'unused-ignored-advisory = "allow"')
    rules.write_text(here)
    refused(deny("advisories", rules=rules), "RUSTSEC-2026-9999")
    rules.write_text(here.replace("ignore = [", 'ignore = [{ id = "RUSTSEC-2026-9999", reason = "made up" }, '))
    # Nothing else is found, so no crate was yanked either, as far as Cargo's copy of the index knows.
    good, text = deny("advisories", rules=rules)
    assert good, text
    os.utime(fetched, (0, 0))
    refused(deny("advisories", rules=rules), "stale")


def holes(scratch):
    made_up_hole(scratch)
    database = ROOT / tomllib.loads(RULES.read_text())["advisories"]["db-path"] / DATABASE
    if not database.is_dir():
        print(UNCHECKED)
        return
    count = sum(1 for _ in database.glob("crates/*/RUSTSEC-*.md"))
    date = subprocess.run(["git", "-C", database, "log", "-1", "--format=%cs"], check=True, stdout=subprocess.PIPE, text=True)
    print(f"advisories: {count}, the last of {date.stdout.strip()}")
    passes(deny("advisories"))


def sbom(root=ROOT, **surroundings):
    environment = os.environ | surroundings
    return subprocess.run([root / "deploy/sbom"], cwd="/", env=environment, capture_output=True, text=True)


def complaint(bom):
    error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(json.dumps(bom))
    return error and f"{error.data.json_path}: {error.data.message}"


def parts(scratch):
    told = sbom()
    assert told.returncode == 0, told.stderr
    again = sbom(TZ="Asia/Tokyo", LC_ALL="C", CARGO_TERM_COLOR="always")
    assert again.stdout == told.stdout, "two runs of deploy/sbom differ"

    bom = json.loads(told.stdout)
    assert complaint(bom) is None, complaint(bom)
    cut = copy.deepcopy(bom)
    cut["components"][0]["hashes"][0]["content"] = "abc"
    nameless = copy.deepcopy(bom)
    del nameless["components"][0]["name"]
    twice = bom | {"components": bom["components"] + bom["components"][:1]}
    for damaged in [cut, nameless, twice, bom | {"serialNumber": "1"}]:
        assert complaint(damaged) is not None, "a damaged list passed"

    # Everything is there, and is needed.
    listed = {part["bom-ref"] for part in [bom["metadata"]["component"], *bom["components"]]}
    needs = {entry["ref"]: entry["dependsOn"] for entry in bom["dependencies"]}
    reached, ahead = set(), [bom["metadata"]["component"]["bom-ref"]]
    while ahead:
        reached.add(ref := ahead.pop())
        ahead += set(needs[ref]) - reached
    assert listed == reached == set(needs), f"needed and not listed, or the other way: {listed ^ reached | listed ^ set(needs)}"
    names = {part["name"] for part in bom["components"]}
    wanted = tomllib.loads((ROOT / "Cargo.toml").read_text())
    direct = wanted["build-dependencies"] | wanted["dependencies"]
    direct = {name for name, how in direct.items() if isinstance(how, str) or not how.get("optional")}
    direct |= {"htmx.org", "basecoat-css", "lucide-static"}
    assert direct <= names, f"left out: {direct - names}"
    tests_alone = {entry["crate"] for entry in tomllib.loads(RULES.read_text())["licenses"]["exceptions"]}
    assert not tests_alone & names, f"not in tests alone: {tests_alone & names}"

    # A vendored file that somebody changed.
    for entry in ROOT.iterdir():
        if entry.name != "static":
            (scratch / entry.name).symlink_to(entry)
    shutil.copytree(ROOT / "static", scratch / "static")
    with next(scratch.glob("static/vendor/htmx-*.js")).open("a") as file:
        file.write(" ")
    changed = sbom(scratch)
    assert changed.returncode != 0 and "VENDOR.md" in changed.stderr, "a changed file passed"
    print(f"{len(bom['components'])} parts in the list of deploy/sbom")


for check in [licences, holes, parts]:
    with tempfile.TemporaryDirectory() as scratch:
        check(Path(scratch))
