#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs sekisho and tcpdump alternately on the same capture.

Prints packets per CPU second, the ratio, peak memory and allocations.

usage: measure.py SEKISHO SITE CAPTURE HALF COUNTER [ROUNDS]

CAPTURE has twice as many packets as HALF, its first half. SITE is - for none. COUNTER is malloc-count.so. CPU time is
the user and system time of the process as accounted by the kernel (getrusage), so other work on the machine has little
effect; the result is the median of all rounds.
"""
import os
import statistics
import subprocess
import sys
import tempfile


def packets(path):
    """Records of a little-endian microsecond capture, as polling.py writes it."""
    count = 0
    with open(path, "rb") as capture:
        capture.read(24)
        while len(head := capture.read(16)) == 16:
            capture.seek(int.from_bytes(head[8:12], "little"), os.SEEK_CUR)
            count += 1
    return count


def run(command, **environment):
    """CPU seconds and peak resident MiB of one process. Stops the benchmark if the command fails."""
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                                 env={**os.environ, **environment})
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            said.seek(0)
            sys.exit(f"{' '.join(command)}: status {child.returncode}\n{said.read().decode(errors='replace')}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def allocations(command, counter):
    with tempfile.NamedTemporaryFile("r") as told:
        run(command, LD_PRELOAD=counter, MALLOC_COUNT=told.name)
        # The counter rewrites the file under the same name.
        with open(told.name) as file:
            text = file.read()
        return int(text) if text else sys.exit("the allocation counter told nothing: is the binary linked statically?")


def main():
    sekisho, site, capture, half, counter = sys.argv[1:6]
    rounds = int(sys.argv[6]) if len(sys.argv) > 6 else 5
    total, first = packets(capture), packets(half)

    def replay(path):
        with_site = [] if site == "-" else ["--site", site]
        return [sekisho, "replay", *with_site, "--output", "/dev/null", path]

    dump = ["tcpdump", "-n", "-r", capture, "-w", "/dev/null"]
    run(replay(capture))  # reads the capture into the page cache
    ours, theirs, peak = [], [], 0.0
    for _ in range(rounds):
        seconds, _ = run(dump)
        theirs.append(seconds)
        seconds, memory = run(replay(capture))
        ours.append(seconds)
        peak = max(peak, memory)
    sekisho_rate = total / statistics.median(ours) / 1e6
    tcpdump_rate = total / statistics.median(theirs) / 1e6
    before, after = allocations(replay(half), counter), allocations(replay(capture), counter)

    print(f"{total} packets, {rounds} rounds in turn, median")
    option = "       " if site == "-" else "--site "
    print(f"sekisho replay {option}  {sekisho_rate:6.2f} million packets per CPU second "
          f"({total / max(ours) / 1e6:.2f} to {total / min(ours) / 1e6:.2f})")
    print(f"tcpdump -r -w /dev/null {tcpdump_rate:6.2f} million packets per CPU second "
          f"({total / max(theirs) / 1e6:.2f} to {total / min(theirs) / 1e6:.2f})")
    print(f"CPU time to tcpdump     {tcpdump_rate / sekisho_rate:6.2f} times")
    print(f"peak memory             {peak:6.1f} MiB")
    print(f"allocations             {before} for {first} packets, {after} for {total}: "
          f"{(after - before) / (total - first):.6f} per further packet")


main()
