# SPDX-License-Identifier: Apache-2.0
"""Modbus messages, captures of them, and TCP connections that carry them."""
import itertools
import struct

from made import wire
from made.wire import *

# --- Modbus -----------------------------------------------------------------------------------------------------------

def modbus(transaction, pdu, unit=1, protocol=0, length=None):
    return struct.pack(">HHHB", transaction & 0xFFFF, protocol, len(pdu) + 1 if length is None else length, unit) + pdu


def rtu(pdu, unit=1, wrong=False):
    """A serial-line frame: address, PDU, CRC-16 with the low byte first (Modbus over Serial Line V1.02, 6.2.2)."""
    frame, crc = bytes([unit]) + pdu, 0xFFFF
    for byte in frame:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return frame + struct.pack("<H", crc ^ (0x5555 if wrong else 0))


def words(*values):
    return struct.pack(f">{len(values)}H", *values)


def read(first=0, count=10, code=3):
    return bytes([code]) + words(first, count)


def registers(*values, code=3):
    return bytes([code, 2 * len(values)]) + words(*values)


def write(first, *values):
    return b"\x10" + words(first, len(values)) + bytes([2 * len(values)]) + words(*values)


def wrote(first, count):
    return b"\x10" + words(first, count)


QUESTION, ANSWER = modbus(1, read(0, 4)), modbus(1, registers(11, 12, 13, 14))

# Every public function code: name, request, response, exception code. Application Protocol V1.1b3, clause 6.
FUNCTIONS = [
    ("Read Coils", read(19, 19, 1), b"\x01\x03\xcd\x6b\x05", 2),
    ("Read Discrete Inputs", read(196, 22, 2), b"\x02\x03\xac\xdb\x35", 2),
    ("Read Holding Registers", read(107, 3, 3), registers(555, 0, 100), 2),
    ("Read Input Registers", read(8, 1, 4), registers(10, code=4), 2),
    ("Write Single Coil", b"\x05" + words(172, 0xFF00), b"\x05" + words(172, 0xFF00), 3),
    ("Write Single Register", b"\x06" + words(1, 3), b"\x06" + words(1, 3), 4),
    ("Read Exception Status", b"\x07", b"\x07\x6d", 1),
    *((f"Diagnostics {sub}", b"\x08" + words(sub, data), b"\x08" + words(sub, answer), 1) for sub, data, answer in (
        (0, 0xA537, 0xA537), (1, 0xFF00, 0xFF00), (2, 0, 0x0010), (3, 0x0A00, 0x0A00), (10, 0, 0), (11, 0, 812),
        (12, 0, 1), (13, 0, 2), (14, 0, 800), (15, 0, 3), (16, 0, 4), (17, 0, 5), (18, 0, 6), (20, 0, 0))),
    ("Get Comm Event Counter", b"\x0b", b"\x0b" + words(0xFFFF, 0x0108), 1),
    ("Get Comm Event Log", b"\x0c", b"\x0c\x08" + words(0, 0x0108, 0x0121) + b"\x20\x00", 1),
    ("Write Multiple Coils", b"\x0f" + words(19, 10) + b"\x02\xcd\x01", b"\x0f" + words(19, 10), 2),
    ("Write Multiple Registers", write(1, 10, 258), wrote(1, 2), 2),
    ("Report Server ID", b"\x11", b"\x11\x09\x01\xffFIXTURE", 1),
    ("Read File Record", b"\x14\x0e" + b"\x06" + words(4, 1, 2) + b"\x06" + words(3, 9, 2),
     b"\x14\x0c" + b"\x05\x06" + words(0x0DFE, 0x0020) + b"\x05\x06" + words(0x33CD, 0x0040), 2),
    ("Write File Record", b"\x15\x0d\x06" + words(4, 7, 3, 0x06AF, 0x04BE, 0x100D),
     b"\x15\x0d\x06" + words(4, 7, 3, 0x06AF, 0x04BE, 0x100D), 2),
    ("Mask Write Register", b"\x16" + words(4, 0x00F2, 0x0025), b"\x16" + words(4, 0x00F2, 0x0025), 2),
    ("Read/Write Multiple Registers", b"\x17" + words(3, 6, 14, 3) + b"\x06" + words(255, 255, 255),
     registers(254, 2773, 1, 3, 13, 255, code=0x17), 2),
    ("Read FIFO Queue", b"\x18" + words(1246), b"\x18" + words(6, 2, 440, 4740), 3),
    ("CANopen General Reference", b"\x2b\x0d\x00\x01\x02\x03", b"\x2b\x0d\x00\x01\x02\x03\x04\x05", 1),
    ("Read Device Identification", b"\x2b\x0e\x01\x00",
     b"\x2b\x0e\x01\x01\x00\x00\x03" + b"\x00\x07FIXTURE" + b"\x01\x04PLC1" + b"\x02\x05V1.00", 2),
]

# --- Captures ---------------------------------------------------------------------------------------------------------

START = 1_794_189_600_000_000      # 2026-11-09 11:00:00 Asia/Tokyo, in microseconds
SCENES = []


class Capture:
    """The packets of one scene, and the time of the next packet."""

    def __init__(self, link, snaplen):
        self.link, self.snaplen, self.packets, self.clock = link, snaplen, [], START
        wire.identifications = itertools.count(1)

    def add(self, frame, wait=1000, length=None):
        """`wait` is the time until the next packet, in microseconds."""
        self.packets.append((self.clock, length or len(frame), frame[:self.snaplen]))
        self.clock += wait

    def write(self, path):
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, self.snaplen, self.link))
            file.writelines(
                struct.pack("<IIII", time // 1_000_000, time % 1_000_000, len(data), length) + data
                for time, length, data in self.packets)


def scene(name, meaning, link=1, snaplen=262_144):
    def register(function):
        SCENES.append((name, meaning, link, snaplen, function))
        return function
    return register


def wrap(packet, from_client=True):
    """An IP packet in an Ethernet frame of its direction."""
    source, target = (HMI_MAC, PLC_MAC) if from_client else (PLC_MAC, HMI_MAC)
    return ethernet(packet, IPV6 if packet[0] >> 4 == 6 else IPV4, source, target)


class Connection:
    """A TCP connection between HMI and PLC, segment by segment. `frame` turns an IP packet into the recorded frame."""

    def __init__(self, capture, port=40_000, server_port=502, frame=wrap, shown=("client", "server"), check=None):
        self.capture, self.ports, self.frame, self.shown = capture, (port, server_port), frame, shown
        self.check = check or {}
        self.sequence = {"client": 1_000_000 + port, "server": 5_000_000 + port}

    def segment(self, side, payload=b"", flags=PSH | ACK, at=None, move=True, wait=1000, check=None):
        """`at` is the distance from the next sequence number; `move` says whether the stream continues after it."""
        other = "server" if side == "client" else "client"
        begin = self.sequence[side] if at is None else self.sequence[side] + at
        ends, ports = ((HMI, PLC), self.ports) if side == "client" else ((PLC, HMI), self.ports[::-1])
        acknowledged = self.sequence[other] if flags & ACK else 0
        body = tcp(payload, *ports, begin, acknowledged, flags, *ends, check or self.check.get(side, "right"))
        if side in self.shown:
            self.capture.add(self.frame(ipv4(body, TCP, *ends), side == "client"), wait)
        if move:
            self.sequence[side] = begin + len(payload) + (1 if flags & (SYN | FIN) else 0)

    def open(self):
        self.segment("client", flags=SYN)
        self.segment("server", flags=SYN | ACK)
        self.segment("client", flags=ACK)
        return self

    def ask(self, *messages, **options):
        self.segment("client", b"".join(messages), **options)

    def answer(self, *messages, **options):
        self.segment("server", b"".join(messages), **options)

    def acknowledge(self):
        self.segment("client", flags=ACK)

    def exchange(self, question=QUESTION, answer=ANSWER):
        self.ask(question)
        self.answer(answer)
        self.acknowledge()

    def close(self):
        self.segment("client", flags=FIN | ACK)
        self.segment("server", flags=FIN | ACK)
        self.acknowledge()
