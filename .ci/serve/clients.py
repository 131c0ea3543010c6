"""clients.py GEPLINT FOLDER CLIENT...: real clients post every fixture, and get the bytes that `geplint predict` prints."""

import concurrent.futures
import os
import pathlib
import ssl
import subprocess
import sys

import requests

from server import Server

GEPLINT, WORK, CLIENTS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
RESET = "/_geplint/reset"


def predicted(path):
    """What `predict` prints for a fixture; nothing where it predicts nothing."""
    command = [GEPLINT, "--no-config", "predict", "--quiet", "--endpoint", path.parent.name, path]
    return subprocess.run(command, capture_output=True, check=False).stdout


def with_curl(server, certificate, calls, answers):
    """One process with one connection: a call, then a reset."""
    lines = []
    for (method, path, file), answer in zip(calls, answers):
        lines += [f'url = "{server.url}{path}"', f"request = {method}", 'header = "Content-Type: application/json"',
                  f'data-binary = "@{file}"', f'output = "{answer}"', f'cacert = "{certificate}"', "next",
                  f'url = "{server.url}{RESET}"', "request = POST", 'data = ""', 'output = "/dev/null"',
                  f'cacert = "{certificate}"', "next"]
    config = WORK / "curl.config"
    # In a configuration with several URLs (`next`), each part needs its own options.
    common = 'silent\nnoproxy = "*"\n'
    config.write_text(common + "\n".join(lines[:-1]).replace("next\n", "next\n" + common) + "\n", encoding="utf-8")
    subprocess.run(["curl", "--config", config], check=True)


def with_requests(server, certificate, calls, answers):
    session = requests.Session()
    # Settings of this machine would take precedence.
    session.trust_env = False
    session.verify = str(certificate)
    for (method, path, file), answer in zip(calls, answers):
        headers = {"Content-Type": "application/json"}
        got = session.request(method, server.url + path, data=file.read_bytes(), headers=headers, timeout=60)
        answer.write_bytes(got.content)
        session.post(server.url + RESET, timeout=60).raise_for_status()


def with_mono(program):
    def run(server, certificate, calls, answers):
        plan = WORK / "mono.plan"
        lines = ["\t".join([method, path, str(file), str(answer)]) for (method, path, file), answer in zip(calls, answers)]
        plan.write_text("\n".join(lines) + "\n", encoding="utf-8")
        subprocess.run(["mono", program, server.url, RESET, plan, certificate], check=True)
    return run


def client(name):
    kind, _, program = name.partition(":")
    return kind, {"curl": with_curl, "requests": with_requests, "mono": with_mono(program)}[kind]


fixtures = sorted(pathlib.Path("testdata/rules").rglob("*.json")) + sorted(pathlib.Path("testdata/documented").rglob("*.request.json"))
with concurrent.futures.ThreadPoolExecutor() as pool:
    expected = list(pool.map(predicted, fixtures))
certificate = WORK / "certificate.pem"
failed = 0
for scheme, args in [("http", []), ("https", [f"--tls-self-signed={certificate}"])]:
    with Server(GEPLINT, *args) as server:
        context = ssl.create_default_context(cafile=certificate) if args else None
        routes = server.endpoints(context)
        calls = [(*routes[file.parent.name], file) for file in fixtures]
        for name in CLIENTS:
            kind, run = client(name)
            answers = [WORK / f"{scheme}-{kind}-{number}" for number in range(len(calls))]
            run(server, certificate, calls, answers)
            same = 0
            for file, answer, wanted in zip(fixtures, answers, expected):
                got = answer.read_bytes()
                if wanted and got == wanted:
                    same += 1
                elif wanted or b'"errorDetails"' in got:
                    failed += 1
                    print(f"{scheme} {kind} {file}: {got!r} instead of {wanted!r}")
            none = sum(not wanted for wanted in expected)
            print(f"{scheme} {kind}: {same} answers are the bytes of predict; {none} have none that is predicted")
if failed:
    sys.exit(f"{failed} answers differ")
