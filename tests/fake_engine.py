"""A real process that speaks the engine's events and behaves as the variable FAKE_ENGINE says.

For what the true engine does only by accident: crashing, hanging, keeping silent.
"""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path


def send(**event):
    print(json.dumps(event, ensure_ascii=False), flush=True)


def work():
    send(event="message", level="info", text="Running on cpu")
    send(event="message", level="warning", text="Ünïcode «warning»")
    for percent in (0, 50, 100):
        send(event="progress", stage="segment", percent=percent, seconds_left=None if percent == 0 else 1.0)
    send(event="result", output="map.tif", areas=[])


def environment():
    send(event="result", environ=dict(os.environ), argv=sys.argv[1:])


def fail():
    print("chatter on stderr", file=sys.stderr, flush=True)
    send(event="error", text="The raster cannot be read; choose another one.")
    sys.exit(1)


def stderr_only():
    for number in range(50):
        print(f"line {number}", file=sys.stderr, flush=True)
    sys.exit(3)


def crash():
    print("about to crash", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGSEGV)


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def mute():
    print("no JSON at all", flush=True)


def wait():
    """Write a part, keep silent, and clean up at the end of stdin, as the engine does."""
    part = Path(os.environ["FAKE_PART"])
    part.write_text("half a map")
    send(event="progress", stage="segment", percent=10, seconds_left=100.0)
    sys.stdin.buffer.read()
    part.unlink()
    send(event="cancelled")
    sys.exit(130)


def deaf():
    """Take no notice of the end of stdin."""
    send(event="progress", stage="segment", percent=10, seconds_left=100.0)
    threading.Event().wait(120)


def linger():
    """End well while a process that was started on the way still holds the streams."""
    if os.fork() == 0:
        time.sleep(20)
        os._exit(0)
    send(event="result", output="map.tif", areas=[])
    sys.stdout.flush()
    os._exit(0)


PROBE = {"version": [3, 11, 0], "satseg": None, "missing": {}}

if __name__ == "__main__":
    if sys.argv[1:2] == ["-c"]:  # asked whether it is a Python that runs the engine
        print(json.dumps({**PROBE, **json.loads(os.environ.get("FAKE_PROBE", "{}"))}))
    else:
        globals()[os.environ["FAKE_ENGINE"]]()
