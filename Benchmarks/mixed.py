#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a capture with every protocol of the recorded fixtures.

Their packets are repeated, each time with other addresses.

usage: mixed.py PACKETS OUTPUT

In round k, the network 192.168 of both recordings becomes 10.k, the third byte of every unicast MAC address grows by k,
and time continues where the previous round ended. Checksums stay valid (RFC 1624). A shorter capture is a prefix of a
longer one.
"""
import os
import struct
import sys

FOLDER = os.path.join(os.path.dirname(__file__), "..", "Fixtures", "model-factory")
OLD = bytes([192, 168])


def records(path):
    with open(path, "rb") as capture:
        data = capture.read()
    offset, found = 24, []
    while offset < len(data):
        seconds, fraction, kept, length = struct.unpack_from("<IIII", data, offset)
        found.append((seconds * 1_000_000 + fraction, data[offset + 16:offset + 16 + kept], length))
        offset += 16 + kept
    return found


def adjust(frame, offset, old, new):
    """Replaces the 16-bit words `old` by `new` in the checksum at `offset` (RFC 1624, equation 3)."""
    total = ~int.from_bytes(frame[offset:offset + 2], "big") & 0xFFFF
    for before, after in zip(old, new):
        total += (~before & 0xFFFF) + after
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    frame[offset:offset + 2] = (~total & 0xFFFF).to_bytes(2, "big")


def shifted(frame, round):
    frame = bytearray(frame)
    for place in (0, 6):
        if not frame[place] & 1:
            frame[place + 3] = frame[place + 3] + round & 0xFF
    kind, at = int.from_bytes(frame[12:14], "big"), 14
    while kind in (0x8100, 0x88A8):
        kind, at = int.from_bytes(frame[at + 2:at + 4], "big"), at + 4
    new = bytes([10, round & 0xFF])
    if kind == 0x0806:
        for place in (at + 14, at + 24):
            if frame[place:place + 2] == OLD:
                frame[place:place + 2] = new
        for place in (at + 8, at + 18):
            if not frame[place] & 1 and any(frame[place:place + 6]):
                frame[place + 3] = frame[place + 3] + round & 0xFF
    if kind != 0x0800:
        return bytes(frame)
    old, fresh = [], []
    for place in (at + 12, at + 16):
        if frame[place:place + 2] == OLD:
            old.append(int.from_bytes(OLD, "big"))
            fresh.append(int.from_bytes(new, "big"))
            frame[place:place + 2] = new
    adjust(frame, at + 10, old, fresh)
    transport = at + 4 * (frame[at] & 15)
    isFirst = not int.from_bytes(frame[at + 6:at + 8], "big") & 0x1FFF
    if isFirst and frame[at + 9] == 6 and transport + 18 <= len(frame):
        adjust(frame, transport + 16, old, fresh)
    if isFirst and frame[at + 9] == 17 and any(frame[transport + 6:transport + 8]):
        adjust(frame, transport + 6, old, fresh)
    return bytes(frame)


def main():
    packets, path = int(sys.argv[1]), sys.argv[2]
    source = []
    clock = 0
    for name in ("lines.pcap", "all.pcap"):
        part = records(os.path.join(FOLDER, name))
        source += [(time - part[0][0] + clock, frame, length) for time, frame, length in part]
        clock += part[-1][0] - part[0][0] + 1_000_000
    start = 1_767_225_600 * 1_000_000
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        written = round = 0
        while written < packets:
            for time, frame, length in source[:packets - written]:
                now = start + time
                out.write(struct.pack("<IIII", now // 1_000_000, now % 1_000_000, len(frame), length))
                out.write(shifted(frame, round))
            written += min(len(source), packets - written)
            start += clock
            round += 1


main()
