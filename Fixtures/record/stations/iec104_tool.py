# SPDX-License-Identifier: Apache-2.0
"""An IEC 60870-5-104 client that does what its arguments say, one after the other. Without a stack: that of the other
stations can neither select without operating nor set any time other than now.

usage: iec104_tool.py ADDRESS STEP...

Steps: interrogate, select:OBJECT, operate:OBJECT (single command, on), set:OBJECT:VALUE (short float),
clock:YYMMDDhhmm, wait:SECONDS
"""
import socket
import struct
import sys
import time

COMMON_ADDRESS, ACTIVATION = 47, 6
sent = received = 0
wire = socket.create_connection((sys.argv[1], 2404), timeout=2)


def send(kind, address, element):
    global sent
    body = struct.pack("<BBBBHHB", kind, 1, ACTIVATION, 0, COMMON_ADDRESS, address & 0xFFFF, address >> 16) + element
    wire.sendall(struct.pack("<BBHH", 0x68, len(body) + 4, sent << 1, received << 1) + body)
    sent += 1
    listen(0.5)


def listen(seconds):
    """Receives and acknowledges whatever arrives."""
    global received
    end, before = time.monotonic() + seconds, received
    while (left := end - time.monotonic()) > 0:
        wire.settimeout(left)
        try:
            head = wire.recv(2, socket.MSG_WAITALL)
            body = wire.recv(head[1], socket.MSG_WAITALL)
        except TimeoutError:
            break
        if body[0] & 1 == 0:
            received = (struct.unpack_from("<H", body)[0] >> 1) + 1
    if received != before:
        wire.sendall(struct.pack("<BBHH", 0x68, 4, 1, received << 1))


wire.sendall(b"\x68\x04\x07\0\0\0")     # STARTDT act
listen(0.3)
for step in sys.argv[2:]:
    verb, *arguments = step.split(":")
    if verb == "interrogate":
        send(100, 0, b"\x14")
    elif verb == "select":
        send(45, int(arguments[0]), b"\x81")
    elif verb == "operate":
        send(45, int(arguments[0]), b"\x01")
    elif verb == "set":
        send(50, int(arguments[0]), struct.pack("<fB", float(arguments[1]), 0))
    elif verb == "clock":
        year, month, day, hour, minute = (int(arguments[0][n:n + 2]) for n in range(0, 10, 2))
        send(103, 0, struct.pack("<HBBBBB", 0, minute, hour, day, month, year))
    elif verb == "wait":
        listen(float(arguments[0]))
wire.close()
