# SPDX-License-Identifier: Apache-2.0
"""Costs of listening at one end of a virtual cable, by `monitor` and by libpcap alone, while tcpreplay plays."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import costs

# Frames a second. As fast as many mirror ports, and slow enough for a small machine to lose none.
RATE = 100_000
SPACE = f"sekisho-bench-{os.getpid()}"
INSIDE = ["ip", "netns", "exec", SPACE]


def quietly(*command):
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def make_cable():
    """Both ends in a network namespace of their own, where nothing else is sent."""
    return (quietly("ip", "netns", "add", SPACE)
            and quietly("ip", "-n", SPACE, "link", "add", "mirror", "type", "veth", "peer", "name", "player")
            and (quietly(*INSIDE, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1") or True)
            and all(quietly("ip", "-n", SPACE, "link", "set", end, "arp", "off", "multicast", "off", "up")
                    for end in ("mirror", "player")))


def remove_cable():
    quietly("ip", "netns", "del", SPACE)


def obstacle(yardstick):
    """Why this cannot be measured here; None if it can."""
    if os.geteuid() != 0:
        return "not root"
    for tool in ("ip", "nsenter", "tcpreplay"):
        if shutil.which(tool) is None:
            return f"{tool} is missing; `Scripts/setup bench` installs it"
    if not yardstick.exists():
        return "Benchmarks/libpcap-count.c could not be built"
    try:
        return None if make_cable() else "no network namespaces or no virtual cables here"
    finally:
        remove_cable()


def listen(command, capture):
    """CPU seconds of a listener while the capture is played, and what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        said = pathlib.Path(folder, "said")
        with open(said, "wb") as file:
            # Not through `ip`, whose own work would be counted.
            child = subprocess.Popen(["nsenter", f"--net=/run/netns/{SPACE}", *command], stdin=subprocess.DEVNULL,
                                     stdout=file, stderr=file)
        if not costs.until(lambda: b"listening on" in said.read_bytes(), 20):
            child.kill()
            sys.exit(f"bench: {' '.join(command)} does not listen:\n{said.read_text()}")
        played = subprocess.run([*INSIDE, "tcpreplay", "-q", f"--pps={RATE}", "-i", "player", capture],
                                check=False, capture_output=True, text=True)
        # The kernel delivers the last frames up to 100 ms late.
        costs.time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        text = said.read_text()
    if child.returncode != 0 or played.returncode != 0:
        sys.exit(f"bench: {' '.join(command)}: status {child.returncode}\n{text}\n{played.stderr}")
    return usage.ru_utime + usage.ru_stime, text


def measure(bench, captures, site):
    """CPU seconds of all rounds, for each way and for each of the (capture, frames); and how many frames were lost."""
    monitor = [bench.sekisho, "monitor", "--interface", "mirror", "--site", site, "--output", "/dev/null"]
    found, lost = {name: [[] for _ in captures] for name in ("monitor", "replay", "libpcap")}, 0
    if not make_cable():
        sys.exit("bench: the virtual cable cannot be made again")
    try:
        for _ in range(bench.rounds):
            for place, (capture, frames) in enumerate(captures):
                seconds, text = listen(monitor, str(capture))
                found["monitor"][place].append(seconds)
                lost += frames - int(re.search(r"^packets +(\d+)", text, re.MULTILINE)[1])
                seconds, text = listen([str(bench.counter_of_frames), "mirror"], str(capture))
                found["libpcap"][place].append(seconds)
                lost += frames - int(text.split()[-1])
                usage, _ = costs.run(bench.replay(capture))
                found["replay"][place].append(usage.ru_utime + usage.ru_stime)
    finally:
        remove_cable()
    return found, lost
