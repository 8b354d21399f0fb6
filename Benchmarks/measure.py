#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what a frame costs sekisho, by CPU time beside tcpdump's and by instructions.

A benchmark: nothing fails because a machine is slow. Started by Benchmarks/run, which builds what is needed.
"""
import argparse
import pathlib
import struct
import sys
import types

import costs
import live
from polling import CLIENTS, number

SITE = str(costs.HERE / "site.yaml")
EMPTY = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
# Instructions hardly vary, so few frames tell enough of them.
COUNTED = 100_000
CONNECTIONS = (150, 3_000, 30_000, 150_000)
# Of a station each in the large site: three clients, the others servers.
SITES = ((10, 10), (10_000, 1_000))


class Bench(types.SimpleNamespace):
    """What every part needs: sekisho, captures, counter, frames, rounds, and whether instructions are counted."""

    def replay(self, capture, site=SITE):
        return [self.sekisho, "replay", *(["--site", str(site)] if site else []), "--output", "/dev/null", str(capture)]

    def instructions(self, commands):
        return costs.instructions(commands) if self.counts else {}

    def instructions_per_frame(self, captures, site=SITE, frames=COUNTED):
        """By the same keys: the second half of the first frames, so that start-up and new connections drop out."""
        runs = {}
        for key, capture in captures.items():
            for count in (frames // 2, frames):
                runs[key, count] = self.replay(self.captures.beginning(capture, count), site)
        found = self.instructions(runs)
        return {key: (found[key, frames] - found[key, frames // 2]) / (frames - frames // 2)
                for key in captures if found}

    def instructions_per_connection(self, *options, few=1_000, many=9_997, site=SITE, frames=60_000):
        """Two captures with as many frames, one of them with more connections. None if they are not counted."""
        captures = [self.captures.written("polling", frames, "--connections", str(count), *options)
                    for count in (few, many)]
        found = self.instructions({capture: self.replay(capture, site) for capture in captures})
        return (found[captures[1]] - found[captures[0]]) / (many - few) if found else None


def dump(capture):
    return ["tcpdump", "-n", "-r", str(capture), "-w", "/dev/null"]


def shown(value, form=",.0f"):
    return "not counted" if value is None else format(value, form)


def table(title, names, rows):
    """Right-aligned columns under their names, but for the first one."""
    lines = [names, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    print(f"\n{title}")
    for line in lines:
        print("  " + "  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                               for column, (cell, width) in enumerate(zip(line, widths))))
    sys.stdout.flush()


def beside_tcpdump(bench, title, captures, frames, site):
    """Rows for captures by their names; the first one is what the others are compared with."""
    turns = {}
    for name, capture in captures.items():
        turns[name, "tcpdump"], turns[name, "sekisho"] = dump(capture), bench.replay(capture, site)
        costs.run(turns[name, "sekisho"])  # reads the capture into the page cache
    cost = costs.rounds(turns, bench.rounds)
    counted = bench.instructions_per_frame(captures, site)
    first, rows = next(iter(captures)), []
    for name, capture in captures.items():
        ours, theirs = cost[name, "sekisho"], cost[name, "tcpdump"]
        half = bench.captures.beginning(capture, frames // 2)
        before, after = (costs.allocations(bench.replay(path, site), bench.counter) for path in (half, capture))
        rows.append([
            name, ours.nanoseconds(frames), theirs.nanoseconds(frames), f"{ours.median / theirs.median:.2f}",
            f"{ours.median / cost[first, 'sekisho'].median:.2f}", shown(counted.get(name)),
            shown(counted[name] / counted[first] if counted else None, ".2f"), f"{ours.peak:.1f}",
            f"{(after - before) / (frames - frames // 2):.6f}"])
    names = ["", "ns a frame", "tcpdump, ns", "to tcpdump", f"CPU to {first}", "instructions a frame",
             f"instructions to {first}", "peak MiB", "allocations a further frame"]
    if len(rows) == 1:  # compared with itself
        names, *rows = [[*row[:4], row[5], *row[7:]] for row in (names, *rows)]
    table(f"{title}; {frames:,} frames", names, rows)


def polling(bench):
    forms = {"plain": [], "VLAN": ["--vlan"], "IPv6": ["--ipv6"], "UDP": ["--udp"]}
    captures = {name: bench.captures.written("polling", bench.frames, *options) for name, options in forms.items()}
    beside_tcpdump(bench, "polling: Modbus over 150 connections, with a site file", captures, bench.frames, SITE)


def mixed(bench):
    frames = bench.frames // 2
    captures = {"mixed": bench.captures.written("mixed", frames)}
    beside_tcpdump(bench, "mixed: every protocol of the fixtures, without a site file", captures, frames, None)


def connections(bench):
    """Each connection speaks in turn, so all of them are in use: cache misses instead of instructions."""
    shared = ["--askers", "3"]  # a server is asked by each of the clients
    turns, frames = {}, {}
    for count in CONNECTIONS:
        # Enough for what a new connection costs to be as rare as in a plant where polling goes on.
        frames[count] = max(bench.frames // 2, 20 * count)
        capture = bench.captures.written("polling", frames[count], "--connections", str(count), *shared, "--midstream")
        turns[count, "tcpdump"], turns[count, "sekisho"] = dump(capture), bench.replay(capture)
        costs.run(turns[count, "sekisho"])
    cost = costs.rounds(turns, bench.rounds)
    rows = []
    for count in CONNECTIONS:
        ours, theirs = cost[count, "sekisho"], cost[count, "tcpdump"]
        fewest = cost[CONNECTIONS[0], "sekisho"].median / frames[CONNECTIONS[0]]
        rows.append([
            f"{count:,}", f"{frames[count]:,}", ours.nanoseconds(frames[count]), f"{ours.median / theirs.median:.2f}",
            f"{ours.median / frames[count] / fewest:.2f}", f"{ours.peak:.1f}"])
    table("connections: polled in turn, already open at the beginning",
          ["connections", "frames", "ns a frame", "to tcpdump", f"to {CONNECTIONS[0]}", "peak MiB"], rows)
    for name, options in (("with its handshake", shared), ("already open", [*shared, "--midstream"])):
        print(f"  instructions a new connection, {name}: {shown(bench.instructions_per_connection(*options))}")
    sys.stdout.flush()


def site(bench):
    """What a large site file costs; each station that speaks is an asset of it."""
    stations, frames = max(assets for assets, _ in SITES), max(bench.frames // 2, 4 * COUNTED)
    capture = bench.captures.written("polling", frames, "--connections", str(stations - CLIENTS))
    half = bench.captures.beginning(capture, frames // 2)
    empty = bench.captures.made("empty.pcap", lambda path: path.write_bytes(EMPTY))
    turns = {}
    for sizes in SITES:
        file = bench.captures.made("site-{}-{}.yaml".format(*sizes), lambda path, sizes=sizes: costs.run(
            [sys.executable, str(costs.HERE / "large-site.py"), *map(str, sizes), str(path)]))
        for name, path in (("whole", capture), ("half", half), ("empty", empty)):
            turns[file, name] = bench.replay(path, file)
    cost = costs.rounds(turns, bench.rounds)
    rows = []
    for (assets, conduits), file in zip(SITES, dict.fromkeys(file for file, _ in turns)):
        pairs = zip(cost[file, "whole"].seconds, cost[file, "half"].seconds)
        spent = costs.statistics.median(whole - part for whole, part in pairs) / (frames - frames // 2)
        counted = bench.instructions_per_frame({"": capture}, file, 2 * COUNTED)
        opened = bench.instructions_per_connection(site=file, many=stations - CLIENTS)
        rows.append([f"{assets:,} assets, {conduits:,} conduits", f"{spent * 1e9:.0f}", shown(counted.get("")),
                     shown(opened), f"{cost[file, 'whole'].peak:.1f}", f"{cost[file, 'empty'].median * 1e3:.0f}"])
    table(f"site: {stations:,} stations that speak; the same capture with a small and a large site file",
          ["", "ns a further frame", "instructions a further frame", "instructions a new connection", "peak MiB",
           "start-up, ms of CPU"], rows)


def startup(bench):
    empty = bench.captures.made("empty.pcap", lambda path: path.write_bytes(EMPTY))
    turns = {"without a site file": bench.replay(empty, None), "with a site file": bench.replay(empty)}
    cost, counted = costs.rounds(turns, 4 * bench.rounds), bench.instructions(turns)
    table("start-up: replay of an empty capture", ["", "ms of CPU", "instructions", "peak MiB"], [
        [name, f"{cost[name].median * 1e3:.1f} ({min(cost[name].seconds) * 1e3:.1f} at least)",
         shown(counted.get(name)), f"{cost[name].peak:.1f}"] for name in turns])


def over_a_cable(bench):
    obstacle = live.obstacle(bench.counter_of_frames)
    if obstacle:
        print(f"\nlive: not measured: {obstacle}")
        return
    # Both lengths of the same capture: what starting and waiting cost drops out.
    frames = max(bench.frames // 4, 4 * COUNTED)
    whole = bench.captures.written("polling", frames)
    half, further = bench.captures.beginning(whole, frames // 2), frames - frames // 2
    found, lost = live.measure(bench, [(half, frames // 2), (whole, frames)], SITE)
    spent = {name: costs.statistics.median(more - less for less, more in zip(*pair)) / further * 1e9
             for name, pair in found.items()}
    rows = [[name, f"{value:.0f}"] for name, value in spent.items()]
    rows.append(["monitor beyond replay and libpcap", f"{spent['monitor'] - spent['replay'] - spent['libpcap']:.0f}"])
    table(f"live: {live.RATE:,} frames a second over a virtual cable", ["", "ns a further frame"], rows)
    if lost:
        print(f"  {lost} frames were lost: the machine was too busy, and the figures are too low")


PARTS = {"polling": polling, "mixed": mixed, "connections": connections, "site": site, "startup": startup,
         "live": over_a_cable}


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--packets", type=number, default=2_000_000, metavar="N",
                        help="frames of the polling captures, 2,000,000 by default; the others have fewer")
    parser.add_argument("--rounds", type=number, default=5, metavar="N", help="5 by default; results are medians")
    parser.add_argument("--sekisho", default=".build/release/sekisho", help=argparse.SUPPRESS)
    parser.add_argument("--folder", default=".bench", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if options.packets < 2 * COUNTED or options.rounds < 1:
        parser.error(f"at least {2 * COUNTED:,} packets and a round")
    folder = pathlib.Path(options.folder).resolve()
    obstacle = costs.no_instructions(options.sekisho)
    bench = Bench(sekisho=options.sekisho, captures=costs.Captures(folder / "captures"), frames=options.packets,
                  rounds=options.rounds, counts=obstacle is None, counter=folder / "malloc-count.so",
                  counter_of_frames=folder / "libpcap-count")
    print(f"{options.rounds} rounds in turn, medians; CPU time of user and system", flush=True)
    if obstacle:
        print(f"instructions are not counted: {obstacle}")
    for name, part in PARTS.items():
        if not options.parts or name in options.parts:
            part(bench)


if __name__ == "__main__":
    main()
