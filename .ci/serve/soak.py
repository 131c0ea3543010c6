"""soak.py GEPLINT LOAD SECONDS: half of the highest rate for so long, with 1,000 slow connections and malformed requests beside
it: no call fails, and the memory stays what it is."""

import json
import os
import pathlib
import random
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time

from server import Server

GEPLINT, LOAD, SECONDS = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3])
BODY = pathlib.Path("testdata/documented/contact-details/1-success.request.json")
SLOW = 1000
# The calls that are kept fill a part of the memory first.
WARM_UP = 10
# More than this share, or so many MiB, is a leak. The memory is used more and more evenly in the first minutes: in 400 seconds on two busy processors it
# went from 88 to 107 MiB, and stayed there for the last 200.
GROWTH, SLACK = 1.05, 24

_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def address(server):
    host, port = server.address.rsplit(":", 1)
    return host, int(port)


def load(server, path, seconds, rate=0):
    command = [LOAD, server.address, path, BODY, "--connections", "16", "--seconds", str(seconds), "--rate", str(rate)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    outcome = json.loads(done.stdout)
    if outcome["errors"] or outcome["otherStatuses"] or not outcome["answers"]:
        raise SystemExit(f"calls failed: {outcome}")
    return outcome


def slow(server, head, ended):
    """Connections that send a byte now and then; one that is closed is opened again."""
    open_ones = []
    while not ended.is_set():
        for _ in range(50):
            if len(open_ones) < SLOW:
                open_ones.append([socket.create_connection(address(server)), 0])
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


def malformed(server, right, ended):
    """Requests with random bytes changed."""
    chance = random.Random(1)
    while not ended.is_set():
        request = bytearray(right)
        for _ in range(chance.randint(1, 20)):
            at = chance.randrange(len(request))
            request[at:at + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 3))
        try:
            with socket.create_connection(address(server), timeout=5) as client:
                client.sendall(request)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
        except OSError:
            pass
        ended.wait(0.01)


def soak(*args):
    with Server(GEPLINT, *args) as server:
        method, path = server.endpoints()["contact-details"]
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[".encode()
        highest = load(server, path, 5)["perSecond"]
        load(server, path, WARM_UP, highest / 2)
        ended, memory = threading.Event(), []
        beside = [threading.Thread(target=slow, args=(server, head, ended)),
                  threading.Thread(target=malformed, args=(server, head.replace(b"1000", b"1"), ended))]
        for thread in beside:
            thread.start()
        # The slow ones have to be there before the memory is measured.
        time.sleep(5)

        def watch():
            while not ended.wait(0.5):
                memory.append(server.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        outcome = load(server, path, SECONDS, highest / 2)
        ended.set()
        for thread in [*beside, watcher]:
            thread.join()
        third = len(memory) // 3
        before, after = max(memory[:third]), max(memory[-third:])
        print(f"soak {' '.join(args) or 'without options'}: {SECONDS} s at {highest / 2:.0f} of {highest:.0f} calls a second, {outcome['answers']} answers, "
              f"no error, p99 {outcome['microseconds']['p99'] / 1000:.1f} ms; memory {before:.0f} MiB, then {after:.0f} MiB")
        if after > max(before * GROWTH, before + SLACK):
            raise SystemExit(f"the memory grows: {memory}")


soak()
with tempfile.TemporaryDirectory() as folder:
    soak("--state", os.path.join(folder, "state"))
