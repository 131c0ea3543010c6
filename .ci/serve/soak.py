"""soak.py GEPLINT LOAD SECONDS: `geplint serve` at half of its highest rate, with 1,000 slow connections and with malformed
requests at the same time: no call fails, and the memory stays flat. Then `kill -9` under load: no answered call is lost."""

import json
import os
import pathlib
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from server import Server

GEPLINT, LOAD, SECONDS = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3])
RECORD = json.loads(pathlib.Path("testdata/documented/contact-details/1-success.request.json").read_text(encoding="utf-8"))[0]
CONNECTIONS = 16
SLOW = 1000
# The stored calls occupy a part of the memory first.
WARM_UP = 10
# A memory increase above both this factor and this number of MiB is a leak. The allocator grows in the first minutes: in 400 seconds on two
# busy processors, the memory grew from 88 to 107 MiB, and was constant for the last 200.
GROWTH, SLACK = 1.05, 24

_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Load:
    """Calls with one or two bodies in turn, each by a generator of its own."""

    def __init__(self, folder, records):
        self.bodies = []
        for number, record in enumerate(records):
            body = pathlib.Path(folder) / f"body-{number}.json"
            body.write_text(json.dumps([record]), encoding="utf-8")
            self.bodies.append(body)

    def start(self, server, path, seconds, rate=0, digits=None):
        share = len(self.bodies)
        return [subprocess.Popen([LOAD, server.address, path, body, "--connections", str(CONNECTIONS // share), "--seconds", str(seconds),
                                  "--rate", str(rate / share), *(["--number", digits] if digits else [])],
                                 stdout=subprocess.PIPE, text=True) for body in self.bodies]

    @staticmethod
    def outcomes(generators):
        return [json.loads(generator.communicate()[0]) for generator in generators]

    def run(self, server, path, seconds, rate=0):
        outcomes = self.outcomes(self.start(server, path, seconds, rate))
        for outcome in outcomes:
            if outcome["errors"] or outcome["otherStatuses"] or outcome["status"] != 200 or not outcome["answers"]:
                raise SystemExit(f"calls failed: {outcome}")
        return {
            "answers": sum(outcome["answers"] for outcome in outcomes),
            "perSecond": sum(outcome["perSecond"] for outcome in outcomes),
            "p99": max(outcome["microseconds"]["p99"] for outcome in outcomes) / 1000,
        }


def address(server):
    host, port = server.address.rsplit(":", 1)
    return host, int(port)


def slow(server, head, ended, counts):
    """Connections that send a byte now and then; one that is closed is opened again."""
    open_ones = []
    while not ended.is_set():
        for _ in range(50):
            if len(open_ones) < SLOW:
                open_ones.append([socket.create_connection(address(server)), 0])
        counts["slow"] = len(open_ones)
        for one in open_ones:
            try:
                one[0].send(head[one[1] % len(head):][:1])
                one[1] += 1
            except OSError:
                one[0].close()
        open_ones = [one for one in open_ones if one[0].fileno() >= 0]
        ended.wait(1 if len(open_ones) >= SLOW else 0.01)
    for one in open_ones:
        one[0].close()


def mutated(right):
    """The request with random bytes changed, removed and inserted."""
    chance = random.Random(1)
    while True:
        request = bytearray(right)
        for _ in range(chance.randint(1, 20)):
            at = chance.randrange(len(request))
            request[at:at + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 3))
        yield bytes(request)


def zzuf(right):
    """The request as another fuzzer damages it: bits flipped, of one in 1,000 to one in 20."""
    seed = 0
    while True:
        seed += 1
        yield subprocess.run(["zzuf", "-s", str(seed), "-r", "0.001:0.05"], input=right, stdout=subprocess.PIPE, check=True).stdout


def malformed(server, requests, ended, counts, name):
    for request in requests:
        if ended.is_set():
            return
        try:
            with socket.create_connection(address(server), timeout=5) as client:
                client.sendall(request)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
        except OSError:
            pass
        counts[name] = counts.get(name, 0) + 1
        ended.wait(0.01)


def soak(folder, records, *args):
    with Server(GEPLINT, *args) as server:
        method, path = server.endpoints()["contact-details"]
        load = Load(folder, records)
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[".encode()
        right = head[:-1].replace(b"1000", str(load.bodies[0].stat().st_size).encode()) + load.bodies[0].read_bytes()
        highest = load.run(server, path, 5)["perSecond"]
        load.run(server, path, WARM_UP, highest / 2)
        ended, memory, counts = threading.Event(), [], {}
        beside = [threading.Thread(target=slow, args=(server, head, ended, counts)),
                  threading.Thread(target=malformed, args=(server, mutated(right), ended, counts, "mutated"))]
        if shutil.which("zzuf"):
            beside.append(threading.Thread(target=malformed, args=(server, zzuf(right), ended, counts, "zzuf")))
        for thread in beside:
            thread.start()
        # The slow connections must be open before the memory is measured.
        time.sleep(5)

        def watch():
            while not ended.wait(0.5):
                memory.append(server.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        outcome = load.run(server, path, SECONDS, highest / 2)
        ended.set()
        for thread in [*beside, watcher]:
            thread.join()
        third = len(memory) // 3
        parts = [max(memory[:third]), max(memory[third:-third]), max(memory[-third:])]
        print(f"soak {args[0] if args else 'without --state'}: {SECONDS} s at {highest / 2:.0f} of {highest:.0f} calls per second; {outcome['answers']} answers, no error, "
              f"p99 {outcome['p99']:.1f} ms; at the same time {counts['slow']} slow connections, malformed requests: "
              f"{counts['mutated']} mutated, {counts.get('zzuf', 0)} of zzuf; memory in each third at most {', '.join(f'{part:.0f}' for part in parts)} MiB",
              flush=True)
        if parts[2] > max(parts[0] * GROWTH, parts[0] + SLACK):
            raise SystemExit(f"the memory grows: {memory}")


def changed(server):
    with urllib.request.urlopen(f"{server.url}/_geplint/tenant") as answer:
        return json.load(answer)["changedByCalls"]


def killed(folder):
    """Each call creates a contact. After `kill -9` under load, the next server knows every contact for which there was an answer."""
    digits = "0" * 10
    load = Load(folder, [RECORD | {"ContactCode": f"S-{digits}", "UserName": "soak@example.com"}])
    state = ["--state", os.path.join(folder, "killed")]
    for round_ in range(3):
        server = Server(GEPLINT, *state).__enter__()
        before = changed(server)
        _, path = server.endpoints()["contact-details"]
        # The digits are found from the end of the request; the code is the last one that has them.
        generators = load.start(server, path, 3, digits=digits)
        time.sleep(1 + round_ / 2)
        server.process.kill()
        server.process.wait()
        answers = load.outcomes(generators)[0]["answers"]
        with Server(GEPLINT, *state) as server:
            kept = changed(server) - before
        # The change of a call may have been written before its answer was sent.
        if not answers or not answers <= kept <= answers + CONNECTIONS:
            raise SystemExit(f"kill -9: {answers} calls were answered, and {kept} are kept")
        print(f"kill -9 under load: {answers} calls answered, {kept} kept", flush=True)


with tempfile.TemporaryDirectory() as folder:
    soak(folder, [RECORD])
    # The two undo each other, so that the state file is written continuously and the tenant does not grow.
    soak(folder, [RECORD | {"IsActive": True}, RECORD | {"IsActive": False}], "--state", os.path.join(folder, "state"))
    killed(folder)
