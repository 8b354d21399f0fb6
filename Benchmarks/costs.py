# SPDX-License-Identifier: Apache-2.0
"""What runs of programs cost: CPU time, memory, allocations and instructions; and the captures they read."""
import atexit
import concurrent.futures
import functools
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent
CALLGRIND = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]


class Cost:
    """Of all rounds of one command."""

    def __init__(self):
        self.seconds, self.peak = [], 0.0

    def add(self, usage):
        self.seconds.append(usage.ru_utime + usage.ru_stime)
        self.peak = max(self.peak, usage.ru_maxrss / 1024)

    @property
    def median(self):
        return statistics.median(self.seconds)

    def nanoseconds(self, frames):
        """A frame: median, and the range of the rounds."""
        low, middle, high = (value / frames * 1e9 for value in (min(self.seconds), self.median, max(self.seconds)))
        return f"{middle:6.0f} ({low:.0f} to {high:.0f})"


def run(command, **environment):
    """The resources one process used, and what it wrote to standard error. Stops the benchmark if it fails."""
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                                 env={**os.environ, **environment})
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode(errors="replace")
    if child.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))}: status {child.returncode}\n{text}")
    return usage, text


def rounds(commands, count):
    """Runs the commands in turn, so that whatever else the machine does meets all of them. Costs by the same keys.

    CPU time is the user and system time of the process as the kernel accounts it, so other work has little effect.
    """
    costs = {key: Cost() for key in commands}
    for _ in range(count):
        for key, command in commands.items():
            costs[key].add(run(command)[0])
    return costs


@functools.cache
def stripped(path):
    """A copy without debugging information, which valgrind may not understand."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy = os.path.join(folder, os.path.basename(path))
    subprocess.run(["strip", "-g", "-o", copy, path], check=True)
    return copy


def no_instructions(sekisho):
    """Why instructions cannot be counted here; None if they can."""
    for tool in ("valgrind", "strip"):
        if shutil.which(tool) is None:
            return f"{tool} is missing; `Scripts/setup bench` installs valgrind where Debian has it"
    tried = subprocess.run([*CALLGRIND, stripped(sekisho), "--version"], check=False, capture_output=True, text=True)
    if tried.returncode != 0:
        lines = [line for line in tried.stderr.splitlines() if "Unrecognised instruction" in line or "rror" in line]
        return f"valgrind cannot run {sekisho} ({lines[0] if lines else f'status {tried.returncode}'})"
    return None


def instructions(commands):
    """Of each command, by callgrind. Other work on the machine has no effect, so they run at the same time."""
    def count(command):
        # Dictionaries are laid out alike in every run.
        _, said = run([*CALLGRIND, stripped(command[0]), *command[1:]], SWIFT_DETERMINISTIC_HASHING="1")
        found = re.search(r"Collected : (\d+)", said)
        return int(found[1]) if found else sys.exit(f"bench: callgrind told nothing:\n{said}")

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(commands, pool.map(count, commands.values())))


def allocations(command, counter):
    with tempfile.TemporaryDirectory() as folder:
        told = pathlib.Path(folder, "count")
        run(command, LD_PRELOAD=str(counter), MALLOC_COUNT=str(told))
        text = told.read_text() if told.exists() else ""
    return int(text) if text else sys.exit("bench: no allocations were counted: is the binary linked statically?")


class Captures:
    """Written once and kept in a folder, by the scripts beside this one."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        scripts = [HERE / f"{name}.py" for name in ("frames", "polling", "mixed", "large-site")]
        fixtures = [ROOT / f"Fixtures/model-factory/{name}.pcap" for name in ("all", "lines")]
        self.version = f"{zlib.crc32(b''.join(path.read_bytes() for path in scripts + fixtures)):08x}"
        for old in folder.iterdir():
            # Of other scripts, or cut short.
            if not old.name.startswith(self.version) or old.suffix == ".part":
                old.unlink()

    def made(self, name, write):
        """The file of this name; `write` writes it to a path."""
        path = self.folder / f"{self.version}-{name}"
        if not path.exists():
            print(f"bench: writing {path}", file=sys.stderr)
            part = path.with_suffix(".part")
            write(part)
            part.rename(path)
        return path

    def written(self, script, frames, *options):
        name = "-".join([script, str(frames), *(option.strip("-") for option in options)])
        command = [sys.executable, str(HERE / f"{script}.py"), str(frames)]
        return self.made(f"{name}.pcap", lambda path: run([*command, str(path), *options]))

    def beginning(self, path, frames):
        """The first frames of a capture."""
        def write(part):
            with open(path, "rb") as whole:
                end = 24
                for _ in range(frames):
                    whole.seek(end + 8)
                    end += 16 + int.from_bytes(whole.read(4), "little")
                whole.seek(0)
                # In pieces: what this process holds at its peak would count as the peak of the processes it starts.
                with open(part, "wb") as file:
                    while piece := whole.read(min(end - whole.tell(), 1 << 20)):
                        file.write(piece)
        return self.made(f"{path.stem.partition('-')[2]}-first-{frames}.pcap", write)


def until(condition, seconds):
    """Waits until the condition holds; False if it does not within the seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
