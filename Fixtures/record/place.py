# SPDX-License-Identifier: Apache-2.0
"""Shifts recorded captures in time, so that a scene's date does not depend on the day it was recorded.

usage: place.py shift CAPTURE MOMENT OUTPUT    MOMENT is Asia/Tokyo; it becomes the time of the first packet
       place.py join OUTPUT CAPTURE...         all captures in one, in the order given

Both read captures as tcpdump writes them here: microsecond pcap in this machine's byte order.
"""
import struct
import sys
from datetime import datetime, timedelta, timezone

MAGIC, HEADER, RECORD = 0xA1B2C3D4, struct.Struct("<IHHiIII"), struct.Struct("<IIII")
TOKYO = timezone(timedelta(hours=9))


def read(path):
    """The file header and the packets: (microseconds, original length, bytes)."""
    with open(path, "rb") as file:
        data = file.read()
    header = HEADER.unpack_from(data)
    if header[0] != MAGIC:
        sys.exit(f"{path}: not a microsecond pcap file of this byte order")
    packets, at = [], HEADER.size
    while at + RECORD.size <= len(data):
        seconds, micros, held, length = RECORD.unpack_from(data, at)
        at += RECORD.size
        packets.append((seconds * 1_000_000 + micros, length, data[at:at + held]))
        at += held
    return header, packets


def write(path, header, packets):
    with open(path, "wb") as file:
        file.write(HEADER.pack(*header))
        file.writelines(
            RECORD.pack(time // 1_000_000, time % 1_000_000, len(data), length) + data
            for time, length, data in packets)


if sys.argv[1] == "shift":
    _, _, source, moment, target = sys.argv
    header, packets = read(source)
    first = int(datetime.fromisoformat(moment).replace(tzinfo=TOKYO).timestamp()) * 1_000_000
    step = first - packets[0][0]
    write(target, header, [(time + step, length, data) for time, length, data in packets])
    print(f"{target}: {len(packets)} packets from {moment}")
else:
    _, _, target, *sources = sys.argv
    headers, parts = zip(*(read(source) for source in sources))
    write(target, headers[0], [packet for part in parts for packet in part])
    print(f"{target}: {sum(map(len, parts))} packets")
