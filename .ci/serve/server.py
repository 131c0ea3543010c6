"""A server for as long as a `with` block lasts."""

import json
import re
import subprocess
import threading
import urllib.request


class Server:
    """`geplint serve` on a port of its own."""

    def __init__(self, geplint, *args):
        self.command = [geplint, "--no-config", "serve", "--listen", "127.0.0.1:0", "--log", "off", *args]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.match(r"geplint serve: (https?)://([^/]+)/", line):
                self.scheme, self.address = found.groups()
                break
        else:
            raise SystemExit(f"{self.command} did not start")
        self.url = f"{self.scheme}://{self.address}"
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        if self.process.wait(30) != 0:
            raise SystemExit(f"the server ended with {self.process.returncode}")

    def memory(self):
        """Resident memory, in MiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            kib = next(line.split()[1] for line in status if line.startswith("VmRSS:"))
        return int(kib) / 1024

    def endpoints(self, context=None):
        """Each endpoint's method and path."""
        with urllib.request.urlopen(f"{self.url}/_geplint/api/endpoints", context=context) as answer:
            return {one["id"]: (one["method"], one["path"]) for one in json.load(answer)}
