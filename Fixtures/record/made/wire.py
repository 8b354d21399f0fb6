# SPDX-License-Identifier: Apache-2.0
"""Headers as bytes: building blocks for the scenes made of literal bytes.

Stations are those of the model factory. Checksums are correct unless a caller requests otherwise.
"""
import itertools
import socket
import struct

# --- Link layer -------------------------------------------------------------------------------------------------------

IPV4, IPV6, ARP, VLAN, SERVICE_VLAN, MPLS, PPPOE, MACSEC = (
    0x0800, 0x86DD, 0x0806, 0x8100, 0x88A8, 0x8847, 0x8864, 0x88E5)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


PLC_MAC, HMI_MAC, ROUTER_MAC = mac("00:80:f4:01:02:03"), mac("00:15:a6:21:22:23"), mac("00:a0:de:00:00:01")
STRANGER_MAC, BROADCAST = mac("00:e0:4c:77:77:77"), mac("ff:ff:ff:ff:ff:ff")
PLC, HMI, STRANGER = "192.168.10.11", "192.168.10.21", "192.168.10.77"
PLC6, HMI6 = "fd00:10::11", "fd00:10::21"
OUTER_A, OUTER_B = "192.168.20.2", "192.168.20.3"      # the tunnel's ends: two switches


def ethernet(payload, kind=IPV4, source=HMI_MAC, target=PLC_MAC, tags=()):
    """Tags are (EtherType, VLAN), outermost first. Short frames are padded to 60 bytes, as a switch sends them."""
    frame = target + source
    for tag, vlan in tags:
        frame += struct.pack(">HH", tag, vlan)
    frame += struct.pack(">H", kind) + payload
    return frame + bytes(max(0, 60 - len(frame)))


def arp(operation, sender_mac, sender, target_mac, target, to=BROADCAST, source=None):
    body = struct.pack(">HHBBH6s4s6s4s", 1, IPV4, 6, 4, operation, sender_mac, socket.inet_aton(sender), target_mac,
                       socket.inet_aton(target))
    return ethernet(body, ARP, source or sender_mac, to)


# --- Internet layer ---------------------------------------------------------------------------------------------------

ICMP, IPIP, TCP, UDP, SIX_IN_FOUR, GRE = 1, 4, 6, 17, 41, 47
identifications = itertools.count(1)      # restarts with each capture


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(payload, protocol, source=HMI, target=PLC, ttl=64, identification=None, offset=0, more=False, bad=False):
    """`offset` is in bytes. `bad` makes the header checksum wrong."""
    identification = next(identifications) & 0xFFFF if identification is None else identification
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), identification, (more << 13) | (offset // 8), ttl,
                         protocol, 0, socket.inet_aton(source), socket.inet_aton(target))
    return header[:10] + struct.pack(">H", checksum(header) ^ (0x0101 if bad else 0)) + header[12:] + payload


def ipv6(payload, following, source=HMI6, target=PLC6, hops=64):
    return struct.pack(">IHBB16s16s", 0x60000000, len(payload), following, hops,
                       socket.inet_pton(socket.AF_INET6, source), socket.inet_pton(socket.AF_INET6, target)) + payload


def pseudo(source, target, protocol, length):
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    addresses = socket.inet_pton(family, source) + socket.inet_pton(family, target)
    return addresses + (struct.pack(">IHBB", length, 0, 0, protocol) if ":" in source
                        else struct.pack(">BBH", 0, protocol, length))


# --- Transport layer --------------------------------------------------------------------------------------------------

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def transport(header, at, payload, source, target, protocol, check):
    """Fills in the checksum at offset `at`. `check`: right, wrong, or offload (the pseudo-header's sum only)."""
    whole = header + payload
    front = pseudo(source, target, protocol, len(whole))
    value = checksum(front + whole)
    if check == "wrong":
        value ^= 0x0101
    elif check == "offload":
        value = ~checksum(front) & 0xFFFF
    if protocol == UDP and value == 0:
        value = 0xFFFF
    return header[:at] + struct.pack(">H", value) + header[at + 2:] + payload


def tcp(payload, source_port, target_port, sequence, acknowledged, flags, source=HMI, target=PLC, check="right"):
    options = b"\x02\x04\x05\xb4" if flags & SYN else b""
    header = struct.pack(">HHIIBBHHH", source_port, target_port, sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF,
                         (20 + len(options)) << 2, flags, 64240, 0, 0) + options
    return transport(header, 16, payload, source, target, TCP, check)


def udp(payload, source_port, target_port, source=HMI, target=PLC, check="right"):
    header = struct.pack(">HHHH", source_port, target_port, 8 + len(payload), 0)
    return transport(header, 6, payload, source, target, UDP, check)


def echo(sequence, payload=bytes(32), kind=8, bad=False):
    message = struct.pack(">BBHHH", kind, 0, 0, 0x1234, sequence & 0xFFFF) + payload
    return message[:2] + struct.pack(">H", checksum(message) ^ (0x0101 if bad else 0)) + message[4:]
