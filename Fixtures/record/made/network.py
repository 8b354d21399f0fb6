# SPDX-License-Identifier: Apache-2.0
"""Scenes: floods, sweeps, checksums, link types and frames without IP."""
import random
import socket
import struct

from made.capture import *

# --- Floods and sweeps ------------------------------------------------------------------------------------------------

FLOOD = 1200


@scene("flood-syn", f"{FLOOD} SYNs in 0.6 s to PLC port 502 from as many ports of one station")
def _(capture):
    for n in range(FLOOD):
        segment = tcp(b"", 20_000 + n, 502, n * 7919, 0, SYN, STRANGER)
        capture.add(ethernet(ipv4(segment, TCP, STRANGER), source=STRANGER_MAC), 500)


@scene("flood-syn-many-sources", f"{FLOOD} SYNs in 0.6 s to PLC port 502 from random addresses")
def _(capture):
    dice = random.Random(1)
    for n in range(FLOOD):
        source = socket.inet_ntoa(struct.pack(">I", dice.randrange(0x0B000000, 0x7E000000)))
        capture.add(ethernet(ipv4(tcp(b"", dice.randrange(1024, 65_536), 502, dice.randrange(1 << 32), 0, SYN, source),
                                  TCP, source), source=STRANGER_MAC), 500)


@scene("flood-icmp", f"{FLOOD} echo requests in 0.6 s to the PLC")
def _(capture):
    for n in range(FLOOD):
        capture.add(ethernet(ipv4(echo(n), ICMP, STRANGER), source=STRANGER_MAC), 500)


@scene("flood-udp", f"{FLOOD} datagrams in 0.6 s to the PLC")
def _(capture):
    for n in range(FLOOD):
        capture.add(ethernet(ipv4(udp(bytes(32), 20_000, 9000, STRANGER), UDP, STRANGER), source=STRANGER_MAC), 500)


@scene("flood-broadcast", f"{FLOOD} ARP broadcasts in 0.24 s: the same frame circulating in a loop")
def _(capture):
    for _ in range(FLOOD):
        capture.add(arp(1, HMI_MAC, HMI, bytes(6), PLC), 200)


@scene("host-sweep-arp", "a station asks for every address of the line within three seconds; four answer")
def _(capture):
    for host in range(1, 255):
        target = f"192.168.10.{host}"
        capture.add(arp(1, STRANGER_MAC, STRANGER, bytes(6), target), 10_000)
        if target == PLC:
            capture.add(arp(2, PLC_MAC, PLC, STRANGER_MAC, STRANGER, STRANGER_MAC))
        elif host in (12, 13, 14):
            owner = mac(f"00:80:f4:01:02:{host:02x}")
            capture.add(arp(2, owner, target, STRANGER_MAC, STRANGER, STRANGER_MAC))


@scene("host-sweep-tcp", "a station sends a SYN for port 502 to every address of the line within three seconds")
def _(capture):
    for host in range(1, 255):
        target = f"192.168.10.{host}"
        if target == STRANGER:
            continue
        goal = PLC_MAC if target == PLC else mac(f"02:00:00:00:10:{host:02x}")
        capture.add(ethernet(ipv4(tcp(b"", 30_000 + host, 502, host, 0, SYN, STRANGER, target), TCP, STRANGER, target),
                             source=STRANGER_MAC, target=goal), 5000)
        capture.add(ethernet(ipv4(tcp(b"", 502, 30_000 + host, 0, host + 1, RST | ACK, target, STRANGER), TCP, target,
                                  STRANGER), source=goal, target=STRANGER_MAC), 5000)


# --- Checksums --------------------------------------------------------------------------------------------------------

@scene("checksum-offload-one-direction", "the client's TCP checksums are the pseudo-header's sum only, as a capture "
       "on the sending machine shows them; the server's are right")
def _(capture):
    connection = Connection(capture, check={"client": "offload"}).open()
    for transaction in range(10):
        connection.exchange(modbus(transaction, read(0, 2)), modbus(transaction, registers(1, 2)))
    connection.close()


@scene("checksum-single-wrong", "single wrong checksums among right ones: of IPv4, TCP, UDP and ICMP; UDP checksum 0")
def _(capture):
    connection = Connection(capture).open()
    for transaction in range(10):
        connection.ask(modbus(transaction, read(0, 2)), check="wrong" if transaction == 4 else None)
        connection.answer(modbus(transaction, registers(1, 2)))
        connection.acknowledge()
    connection.close()
    for number in range(4):
        datagram = udp(modbus(number, read(0, 1)), 40_100, 502, check="wrong" if number == 2 else "right")
        capture.add(wrap(ipv4(datagram, UDP)))
        capture.add(wrap(ipv4(echo(number, bad=number == 2), ICMP)))
    capture.add(wrap(ipv4(udp(modbus(5, read(0, 1)), 40_100, 502), UDP, bad=True)))
    datagram = udp(modbus(6, read(0, 1)), 40_100, 502)
    capture.add(wrap(ipv4(datagram[:6] + b"\0\0" + datagram[8:], UDP)))


# --- Link types, cuts, other layer-2 frames ---------------------------------------------------------------------------

def cooked(packet, client):
    """Linux cooked capture 1: incoming, Ethernet, source MAC, EtherType."""
    return struct.pack(">HHH6sHH", 0, 1, 6, HMI_MAC if client else PLC_MAC, 0, IPV4) + packet


def cooked_2(packet, client):
    """Linux cooked capture 2: EtherType, reserved, interface, Ethernet, incoming, source MAC."""
    return struct.pack(">HHIHBB6sH", IPV4, 0, 3, 1, 0, 6, HMI_MAC if client else PLC_MAC, 0) + packet


for name, meaning, link, frame in (
        ("cooked-1", "Linux cooked 1 (113)", 113, cooked), ("cooked-2", "Linux cooked 2 (276)", 276, cooked_2),
        ("raw", "raw IP (101)", 101, lambda packet, client: packet),
        ("null", "null (0), the family in little-endian order", 0,
         lambda packet, client: struct.pack("<I", 2) + packet),
        ("loop", "loop (108), the family in network order", 108, lambda packet, client: struct.pack(">I", 2) + packet)):
    @scene(f"link-{name}", f"a Modbus connection on link type {meaning}", link)
    def _(capture, frame=frame):
        connection = Connection(capture, frame=frame).open()
        connection.exchange()
        connection.close()


@scene("link-unsupported", "one frame of link type IEEE 802.11 (105), which is refused with a clear message", 105)
def _(capture):
    capture.add(b"\x80\x00\x00\x00" + BROADCAST + HMI_MAC * 2 + b"\x00\x00")


@scene("snaplen-cut", "the capture kept 64 bytes of each frame: headers are whole, long messages are cut", snaplen=64)
def _(capture):
    connection = Connection(capture).open()
    connection.exchange()
    connection.exchange(modbus(2, write(0, *range(20))), modbus(2, wrote(0, 20)))
    connection.exchange(modbus(3, read(0, 20)), modbus(3, registers(*range(20))))
    connection.exchange(modbus(4, read(0, 1)), modbus(4, registers(4)))
    connection.close()


@scene("snaplen-cut-in-headers", "the capture kept 30 bytes of each frame: cut inside the IPv4 header", snaplen=30)
def _(capture):
    Connection(capture).open().exchange()


@scene("layer-2-frames", "spanning tree (802.2 LLC), CDP (SNAP), LLDP, MACsec, a frame with unknown EtherType, an "
       "802.3 frame whose length is beyond its end")
def _(capture):
    bridge = b"\x80\x00" + ROUTER_MAC
    tree = b"\x42\x42\x03" + bytes(5) + bridge + bytes(4) + bridge + words(0x8001, 0, 0x1400, 0x0200, 0x0F00)
    capture.add(ethernet(tree, len(tree), ROUTER_MAC, mac("01:80:c2:00:00:00")))
    discovery = b"\xaa\xaa\x03\x00\x00\x0c\x20\x00" + b"\x02\xb4\x00\x00" + b"\x00\x01\x00\x0aswitch"
    discovery = discovery[:10] + struct.pack(">H", checksum(discovery[8:])) + discovery[12:]
    capture.add(ethernet(discovery, len(discovery), ROUTER_MAC, mac("01:00:0c:cc:cc:cc")))
    device = b"\x02\x07\x04" + PLC_MAC + b"\x04\x03\x07p1" + b"\x06\x02\x00\x78" + b"\x0a\x05plc-1" + b"\0\0"
    capture.add(ethernet(device, 0x88CC, PLC_MAC, mac("01:80:c2:00:00:0e")))
    capture.add(ethernet(struct.pack(">BBI", 0x2C, 0, 1) + HMI_MAC + b"\x00\x01" + bytes(range(64)), MACSEC))
    capture.add(ethernet(bytes(46), 0x9999))
    capture.add(ethernet(bytes(46), 1400))


@scene("arp-conflict", "two stations claim the PLC's address in turn; an ARP whose sender is not the frame's source")
def _(capture):
    for _ in range(4):
        capture.add(arp(1, PLC_MAC, PLC, bytes(6), PLC), 400_000)
        capture.add(arp(1, STRANGER_MAC, PLC, bytes(6), PLC), 400_000)
    capture.add(arp(2, PLC_MAC, PLC, HMI_MAC, HMI, HMI_MAC, source=STRANGER_MAC))


# --- What looks like a flood, a sweep or a forged answer, but is not --------------------------------------------------

@scene("ethercat-broadcast", "EtherCAT: a master's cyclic frames, 2000 broadcasts a second, which is normal for the "
       "protocol")
def _(capture):
    for n in range(2000):
        datagram = struct.pack("<BBIHHH", 12, n & 0xFF, 0x0001_0000, 8, 0, 0) + bytes(8) + bytes(2)
        capture.add(ethernet(struct.pack("<H", 0x1000 | len(datagram)) + datagram, 0x88A4, HMI_MAC, BROADCAST), 500)


@scene("tcp-fins-of-many-connections", "a browser closes forty connections at once, to hosts that no longer answer")
def _(capture):
    for n in range(40):
        target = f"203.0.113.{n + 1}"
        segment = tcp(b"", 50_000 + n, 443, 1000 + n, 2000 + n, FIN | ACK, HMI, target)
        capture.add(ethernet(ipv4(segment, TCP, HMI, target), target=ROUTER_MAC))


@scene("tcp-one-way-to-many", "a station opens connections to thirty PLCs and polls them; "
       "the mirror port shows no answers")
def _(capture):
    for n in range(30):
        target = f"192.168.10.{100 + n}"
        for offset, flags, payload in ((0, SYN, b""), (1, ACK, b""), (1, PSH | ACK, QUESTION),
                                       (13, PSH | ACK, QUESTION), (25, PSH | ACK, QUESTION), (37, PSH | ACK, QUESTION),
                                       (49, PSH | ACK, QUESTION), (61, PSH | ACK, QUESTION), (73, PSH | ACK, QUESTION)):
            segment = tcp(payload, 50_000 + n, 502, 1000 + offset, 0 if flags == SYN else 2000, flags, HMI, target)
            capture.add(ethernet(ipv4(segment, TCP, HMI, target)))
