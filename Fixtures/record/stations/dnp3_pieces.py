# SPDX-License-Identifier: Apache-2.0
"""Sends the beginnings of DNP3 messages that never end, each from another UDP port (IEEE 1815-2012, 8.2: FIR without
FIN).

usage: dnp3_pieces.py ADDRESS COUNT
"""
import socket
import struct
import sys
import time


def crc(data):
    """IEEE 1815-2012, 9.2.6."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA6BC if value & 1 else 0)
    return struct.pack("<H", ~value & 0xFFFF)


OUTSTATION, MASTER = 10, 5
FIR = 0x40
# WRITE, with the beginning of an object header.
data = bytes([FIR, 0xC0, 0x02, 0x22])
head = struct.pack("<BBBBHH", 0x05, 0x64, 5 + len(data), 0xC4, OUTSTATION, MASTER)
frame = head + crc(head) + data + crc(data)
for _ in range(int(sys.argv[2])):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.connect((sys.argv[1], 20000))
        wire.send(frame)
    time.sleep(0.002)
