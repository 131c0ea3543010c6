"""Other validators, for `benches/run --peers`: how each is installed and run, and how its output is parsed.

Each has a folder of its own under a given one, with its version in the name, and counts as installed if it starts. One that
cannot be installed is left out, with the reason.
"""
import dataclasses
import json
import os
import pathlib
import platform
import re
import shlex
import subprocess
import sys
from typing import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "benches" / "contact-details.schema.json"
# The time limit for one step of an installation, in seconds.
PATIENCE = 3600


@dataclasses.dataclass
class Told:
    """The report of a run."""
    files: set = dataclasses.field(default_factory=set)
    findings: int = 0
    # The position of the first finding, as the peer prints it.
    place: str = ""

    def finding(self, place=""):
        self.findings += 1
        self.place = self.place or place


@dataclasses.dataclass
class Peer:
    name: str
    version: str
    # Returns the commands that install it into a folder.
    install: Callable
    # Returns its program in that folder, and the arguments that show that it starts.
    program: Callable
    shows: list
    # The arguments before and after the files.
    before: list
    after: list
    # Parses a line of its output.
    read: Callable
    # True if it walks folders itself.
    walks: bool = False
    # The form of a folder's argument, if it walks.
    folder: str = "{}"


def cargo(crate, version):
    return lambda home: [["cargo", "install", "--locked", "--root", home, f"{crate}@{version}"]]


def npm(package, version):
    return lambda home: [["npm", "install", "--no-audit", "--no-fund", "--prefix", home, f"{package}@{version}"]]


def pip(package, version):
    return lambda home: [[sys.executable, "-m", "venv", home],
                         [home / "bin/pip", "install", "--disable-pip-version-check", f"{package}=={version}"]]


def sourcemeta(home):
    """Returns the native program, if it is found: the package's own program is a Node script that starts it."""
    machine = {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    musl = "-musl" if platform.system() == "Linux" and not platform.libc_ver()[0] else ""
    name = f"jsonschema-{platform.system().lower()}-{machine}{musl}"
    native = sorted((home / "node_modules/@sourcemeta/jsonschema").rglob(name))
    return native[0] if native else home / "node_modules/.bin/jsonschema"


# ---- parsing the output ----

def read_sourcemeta(line, told):
    if line.startswith("fail: "):
        told.files.add(line[6:])
        told.finding()
    elif found := re.search(r"at instance location .*\((line \d+, column \d+)\)", line):
        told.place = told.place or found[1]


def read_jsonschema_cli(line, told):
    if found := re.match(r"(.*) - INVALID", line):
        told.files.add(found[1])
    elif re.match(r"\d+\. ", line):
        told.finding()


def read_boon(line, told):
    if found := re.match(r"instance (.*): failed$", line):
        told.files.add(found[1])
    elif found := re.match(r"\s*- at '(.*?)': (?!validation failed$)", line):
        told.finding(found[1])


def read_ajv(line, told):
    if line.endswith(" invalid"):
        told.files.add(line[:-8])
    elif line.startswith("["):
        for one in json.loads(line):
            told.finding(one["instancePath"])


def read_check_jsonschema(line, told):
    if found := re.match(r"  (\S.*?)::(\$\S*): ", line):
        told.files.add(found[1])
        told.finding(found[2])


def read_geplint(line, told):
    if found := re.match(r"(.+?):(\d+:\d+): (error|warning)\[", line):
        if found[3] == "error":
            told.files.add(found[1])
        told.finding(found[2])


SOURCEMETA = {
    "version": "16.11.0",
    "install": npm("@sourcemeta/jsonschema", "16.11.0"),
    "program": sourcemeta,
    "shows": ["version"],
    "before": ["validate", SCHEMA],
    "read": read_sourcemeta,
    "walks": True,
}
PEERS = [
    Peer(name="sourcemeta jsonschema", after=["--continue"], **SOURCEMETA),
    Peer(name="sourcemeta jsonschema --fast", after=["--continue", "--fast"], **SOURCEMETA),
    Peer("jsonschema-cli", "0.60.2", cargo("jsonschema-cli", "0.60.2"), lambda home: home / "bin/jsonschema-cli",
         ["--version"], ["validate", SCHEMA, "--errors-only", "-i"], [], read_jsonschema_cli),
    Peer("boon", "0.6.2", cargo("boon-cli", "0.6.2"), lambda home: home / "bin/boon",
         ["--version"], [SCHEMA], [], read_boon),
    Peer("ajv-cli", "5.0.0", npm("ajv-cli", "5.0.0"), lambda home: home / "node_modules/.bin/ajv", ["help"],
         ["validate", "--spec=draft2020", "--all-errors", "--errors=line", "-s", SCHEMA, "-d"], [], read_ajv,
         walks=True, folder="{}/**/*.json"),
    Peer("check-jsonschema", "0.39.0", pip("check-jsonschema", "0.39.0"), lambda home: home / "bin/check-jsonschema",
         ["--version"], ["--schemafile", SCHEMA], [], read_check_jsonschema),
]


# ---- installation ----

def starts(peer, home):
    """True if it starts. That its file exists is not enough, since an aborted installation may have left it."""
    try:
        subprocess.run([peer.program(home), *peer.shows], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def all_of(tools, say):
    """Returns the available peers with their folders, and the names of the others with the reasons."""
    had = {}
    there, missing = [], {}
    for peer in PEERS:
        # A peer that is run in two ways is installed once.
        home = tools / f"{peer.name.split(' --')[0].replace(' ', '-')}-{peer.version}"
        if home not in had:
            had[home] = matter(peer, home, say)
        if had[home]:
            missing[peer.name] = had[home]
        else:
            there.append((peer, home))
    return there, missing


def matter(peer, home, say):
    """Installs a peer if it is missing. Returns the reason if it fails, otherwise an empty text."""
    if starts(peer, home):
        return ""
    log = home.with_name(home.name + ".log")
    env = dict(os.environ, CARGO_TARGET_DIR=str(home.parent / "build"))
    home.mkdir(parents=True, exist_ok=True)
    for command in peer.install(home):
        command = [str(word) for word in command]
        say(f"installing {peer.name} {peer.version}: {shlex.join(command)}")
        try:
            with log.open("w", encoding="utf-8") as out:
                code = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out,
                                      stderr=subprocess.STDOUT, timeout=PATIENCE, check=False).returncode
        except OSError as error:
            return f"not installed: {command[0]}: {error.strerror}"
        except subprocess.TimeoutExpired:
            return f"not installed: {command[0]} took more than {PATIENCE // 60} minutes"
        if code:
            return f"not installed: exit {code} of {command[0]}: {complaint(log)}"
    if starts(peer, home):
        return ""
    return f"installed, but does not start: {peer.program(home)}"


def complaint(log):
    """Returns the line of a log that most likely describes the error; the file has all lines."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    wrong = [line for line in lines if re.match(r"(npm )?err(or)?\b", line, re.IGNORECASE)]
    # cargo prints a summary at the end and the cause after it; npm prints the cause first.
    return (wrong or lines[-1:] or ["it said nothing"])[0]


def command(peer, home, path, files):
    """Returns the command that checks a file or, if `files` is not empty, the files of a folder in one process, by name if it does not walk."""
    words = [peer.program(home), *peer.before]
    if not files:
        return [*words, path, *peer.after]
    if peer.walks:
        return [*words, peer.folder.format(path), *peer.after]
    return [*words, *files, *peer.after]


# ---- running ----

def listen(words, read, folder, into, patience):
    """Runs a command once, and parses its report. Returns None if it takes too long."""
    out = into / "told"
    with out.open("wb") as told:
        try:
            code = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=told, stderr=told,
                                  timeout=patience, check=False).returncode
        except subprocess.TimeoutExpired:
            return None, None
    told = Told()
    last = ""
    with out.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            line = line.rstrip("\n")
            last = line.strip() or last
            read(line, told)
    out.unlink()
    if code and not told.findings:
        return code, last
    return code, told
