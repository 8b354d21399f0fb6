#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a polling capture: 150 Modbus/TCP connections, each with a handshake, then request, response and ACK in turn.

usage: polling.py PACKETS FILE

Function code 3 (10 to 60 registers); every tenth poll is function code 16. Checksums, sequence numbers and IP
identifications are correct; packets are 20 µs apart.
"""
import struct
import sys

CONNECTIONS = 150
START = 1_780_000_000

def total(data):
    if len(data) & 1:
        data += b"\0"
    return sum(struct.unpack(f"!{len(data) // 2}H", data))

def folded(value):
    while value >> 16:
        value = (value & 0xFFFF) + (value >> 16)
    return ~value & 0xFFFF

class End:
    def __init__(self, mac, ip, port):
        self.mac, self.ip, self.port = mac, bytes(ip), port
        self.sequence, self.identification = 1000 * (port & 0xFFF) + ip[3], port & 0x7FFF

def frame(source, destination, flags, data):
    source.identification = source.identification % 0xFFFF + 1
    head = struct.pack("!BBHHHBB", 0x45, 0, 40 + len(data), source.identification, 0x4000, 64, 6)
    addresses = source.ip + destination.ip
    ip = head + struct.pack("!H", folded(total(head) + total(addresses))) + addresses
    tcp = struct.pack("!HHIIBB", source.port, destination.port, source.sequence & 0xFFFFFFFF,
                      destination.sequence & 0xFFFFFFFF if flags & 16 else 0, 0x50, flags) + b"\x20\x00"
    check = folded(total(addresses) + 6 + 20 + len(data) + total(tcp) + total(data))
    source.sequence += len(data) + (1 if flags & 2 else 0)
    return destination.mac + source.mac + b"\x08\x00" + ip + tcp + struct.pack("!HH", check, 0) + data

def conversation(index):
    client = End(b"\x02\0\0\0\1" + bytes([index % 3]), (10, 1, 0, 10 + index % 3), 40000 + index)
    server = End(b"\x00\x80\xf4\0\2" + bytes([index]), (10, 2, 0, 10 + index), 502)
    yield frame(client, server, 2, b"")
    yield frame(server, client, 18, b"")
    yield frame(client, server, 16, b"")
    transaction = poll = 0
    while True:
        transaction = transaction % 0xFFFF + 1
        poll += 1
        count = 10 + (index + poll) % 51
        address = index * 16 % 1000
        if poll % 10 == 0:
            values = bytes((poll + place) & 0xFF for place in range(2 * count))
            question = struct.pack("!BBHHB", 1, 16, address, count, 2 * count) + values
            answer = struct.pack("!BBHH", 1, 16, address, count)
        else:
            question = struct.pack("!BBHH", 1, 3, address, count)
            answer = struct.pack("!BBB", 1, 3, 2 * count) + bytes((poll + place) & 0xFF for place in range(2 * count))
        yield frame(client, server, 24, struct.pack("!HHH", transaction, 0, len(question)) + question)
        yield frame(server, client, 24, struct.pack("!HHH", transaction, 0, len(answer)) + answer)
        yield frame(client, server, 16, b"")

def main():
    packets, path = int(sys.argv[1]), sys.argv[2]
    conversations = [conversation(index) for index in range(CONNECTIONS)]
    with open(path, "wb", buffering=1 << 20) as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number in range(packets):
            data = next(conversations[number // 3 % CONNECTIONS])
            micro = number * 20
            out.write(struct.pack("<IIII", START + micro // 1_000_000, micro % 1_000_000, len(data), len(data)))
            out.write(data)

main()
