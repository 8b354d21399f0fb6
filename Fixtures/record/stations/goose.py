# SPDX-License-Identifier: Apache-2.0
"""A protection device that publishes its switch position by GOOSE (IEC 61850-8-1), without a stack: each change raises
stNum, and is repeated after 4, 8, 16 ms and so on up to one second, with sqNum rising.

usage: goose.py NAME APPID (hexadecimal)
"""
import socket
import struct
import sys
import time

name, application = sys.argv[1], int(sys.argv[2], 16)
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("eth0", 0))
head = bytes.fromhex("010ccd010000")[:4] + struct.pack(">H", application) + wire.getsockname()[4] + struct.pack(
    ">HHH", 0x8100, 4 << 13, 0x88B8)


def field(tag, value):
    assert len(value) < 256
    return bytes([tag, len(value)] if len(value) < 128 else [tag, 0x81, len(value)]) + value


def number(tag, value):
    return field(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def publish(moment, state, sequence, wait, is_closed):
    seconds = struct.pack(">I", int(moment)) + int(moment % 1 * 2 ** 24).to_bytes(3, "big") + b"\x0A"
    values = field(0x83, bytes([is_closed])) + field(0x84, b"\x06\x80" if is_closed else b"\x06\x40") + field(
        0x87, b"\x08" + struct.pack(">f", 231.5))
    message = field(0x61, b"".join((
        field(0x80, f"{name}LD0/LLN0$GO$gcb1".encode()), number(0x81, max(int(wait * 2000), 10)),
        field(0x82, f"{name}LD0/LLN0$dsTrip".encode()), field(0x83, name.encode()), field(0x84, seconds),
        number(0x85, state), number(0x86, sequence), field(0x87, b"\0"), number(0x88, 1), field(0x89, b"\0"),
        number(0x8A, 3), field(0xAB, values))))
    wire.send(head + struct.pack(">HHHH", application, 8 + len(message), 0, 0) + message)


state, is_closed = 0, False
while True:
    state, sequence, wait, is_closed = state + 1, 0, 0.004, not is_closed
    moment = time.time()
    while time.time() - moment < 9:
        publish(moment, state, sequence, wait, is_closed)
        time.sleep(wait)
        sequence, wait = sequence + 1, min(2 * wait, 1)
