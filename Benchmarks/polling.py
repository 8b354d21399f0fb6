#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a polling capture: Modbus/TCP connections, each with a handshake, then request, response and ACK in turn.

Three clients ask servers, of which each connection has its own. Function code 3 (10 to 60 registers); every tenth poll
is function code 16. Checksums, sequence numbers and IP identifications are correct; packets are 20 µs apart. A shorter
capture is a prefix of a longer one.

With --udp, the same requests and responses are datagrams: Modbus/UDP, so that nothing but the transport differs. It has
neither handshake nor ACK.
"""
import argparse
import ipaddress
import itertools
import struct

from frames import ACK, PSH, SYN, End, tcp, udp, write

CLIENTS = 3


def number(word):
    return int(word.replace(",", "").replace("_", ""))


def address(zone, host, ipv6):
    """10.ZONE.0.0 and fd00:ZONE::, plus the host."""
    if ipv6:
        return ipaddress.IPv6Address(f"fd00:{zone}::").packed[:12] + struct.pack("!I", host)
    return struct.pack("!I", (10 << 24) + (zone << 16) + host)


def client(index, ipv6=False):
    place = index % CLIENTS
    return End(b"\2\0\0\0\1" + bytes([place]), address(1, 10 + place, ipv6), 40_000 + index % 25_000)


def server(index, ipv6=False):
    return End(b"\0\x80\xf4" + struct.pack("!I", 0x200 + index)[1:], address(2, 10 + index, ipv6), 502)


def exchanges(index):
    """Requests and responses of one connection."""
    for poll in itertools.count(1):
        count, start = 10 + (index + poll) % 51, index * 16 % 1000
        values = bytes((poll + place) & 0xFF for place in range(2 * count))
        if poll % 10 == 0:
            question = struct.pack("!BBHHB", 1, 16, start, count, 2 * count) + values
            answer = struct.pack("!BBHH", 1, 16, start, count)
        else:
            question = struct.pack("!BBHH", 1, 3, start, count)
            answer = struct.pack("!BBB", 1, 3, 2 * count) + values
        transaction = (poll - 1) % 65_535 + 1
        yield tuple(struct.pack("!HHH", transaction, 0, len(pdu)) + pdu for pdu in (question, answer))


def turns(index, options):
    """The frames of one connection, one turn after the other."""
    vlan = 10 if options.vlan else None
    asking, answering = client(index, options.ipv6), server(index // options.askers, options.ipv6)
    if options.udp:
        for question, answer in exchanges(index):
            yield udp(asking, answering, question, vlan), udp(answering, asking, answer, vlan)
    if not options.midstream:
        yield (tcp(asking, answering, SYN, vlan=vlan), tcp(answering, asking, SYN | ACK, vlan=vlan),
               tcp(asking, answering, ACK, vlan=vlan))
    for question, answer in exchanges(index):
        yield (tcp(asking, answering, PSH | ACK, question, vlan), tcp(answering, asking, PSH | ACK, answer, vlan),
               tcp(asking, answering, ACK, vlan=vlan))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packets", type=number)
    parser.add_argument("file")
    parser.add_argument("--connections", type=number, default=150, metavar="N", help="150 by default; at most 200,000")
    parser.add_argument("--askers", type=int, default=1, choices=range(1, CLIENTS + 1),
                        help="clients that ask each server, with a connection each; 1 by default")
    parser.add_argument("--midstream", action="store_true", help="without the handshakes, as if they had been before")
    parser.add_argument("--vlan", action="store_true", help="with a tag of IEEE 802.1Q")
    parser.add_argument("--ipv6", action="store_true")
    parser.add_argument("--udp", action="store_true")
    options = parser.parse_args()
    if not 1 <= options.connections <= 200_000:
        parser.error("--connections is 1 to 200,000")
    connections = [turns(index, options) for index in range(options.connections)]
    frames = itertools.chain.from_iterable(next(turn) for turn in itertools.cycle(connections))
    write(options.file, itertools.islice(frames, options.packets))


if __name__ == "__main__":
    main()
