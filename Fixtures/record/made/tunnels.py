# SPDX-License-Identifier: Apache-2.0
"""Scenes: the tunnels that may surround a packet."""
import struct

from made.capture import *


def outer(payload, protocol):
    """A packet between the tunnel's ends, from switch to switch."""
    return ethernet(ipv4(payload, protocol, OUTER_A, OUTER_B), source=mac("02:00:00:00:00:0a"),
                    target=mac("02:00:00:00:00:0b"))


def outer_udp(payload, port):
    return outer(udp(payload, 49_152, port, OUTER_A, OUTER_B), UDP)


def gre(payload, kind, sequence=None, key=None, summed=False):
    """Generic Routing Encapsulation, RFC 2784 and 2890."""
    flags = (0x8000 if summed else 0) | (0x2000 if key is not None else 0) | (0x1000 if sequence is not None else 0)
    rest = b"" if key is None else struct.pack(">I", key)
    rest += b"" if sequence is None else struct.pack(">I", sequence)
    header = struct.pack(">HH", flags, kind)
    if summed:
        header += struct.pack(">HH", checksum(header + bytes(4) + rest + payload), 0)
    return header + rest + payload


def erspan_3(inner, sub=False):
    """ERSPAN type III (draft-foschiano-erspan-03): version 2, VLAN 10, session 5, hardware 1, units of 100 us."""
    header = struct.pack(">HHIHH", 0x2000 | 10, 5, 123_456, 0, (1 << 4) | (1 if sub else 0))
    return header + (bytes(8) if sub else b"") + inner


def plain(packet, client):
    """The inner frame of the scene: Ethernet in the PLC's network."""
    return wrap(packet, client)


TUNNELS = {
    "gre": ("GRE with IPv4 inside", lambda p, c: outer(gre(p, IPV4), GRE)),
    "gre-key-sequence-checksum": ("GRE with checksum, key and sequence",
                                  lambda p, c: outer(gre(p, IPV4, 7, 99, True), GRE)),
    "gre-ethernet": ("GRE with Ethernet inside", lambda p, c: outer(gre(plain(p, c), 0x6558), GRE)),
    "erspan-1": ("ERSPAN type I", lambda p, c: outer(gre(plain(p, c), 0x88BE), GRE)),
    "erspan-2": ("ERSPAN type II, VLAN 10, session 5",
                 lambda p, c: outer(gre(struct.pack(">HHI", 0x1000 | 10, 5, 1) + plain(p, c), 0x88BE, 7), GRE)),
    "erspan-3": ("ERSPAN type III", lambda p, c: outer(gre(erspan_3(plain(p, c)), 0x22EB, 7), GRE)),
    "erspan-3-subheader": ("ERSPAN type III with the optional subheader",
                           lambda p, c: outer(gre(erspan_3(plain(p, c), True), 0x22EB, 7), GRE)),
    "vxlan": ("VXLAN, network 4660", lambda p, c: outer_udp(b"\x08\0\0\0\0\x12\x34\0" + plain(p, c), 4789)),
    "geneve": ("GENEVE with one option", lambda p, c: outer_udp(
        struct.pack(">BBHI", 2, 0, 0x6558, 4660 << 8) + b"\x01\x02\x80\x01\xaa\xbb\xcc\xdd" + plain(p, c), 6081)),
    "tzsp": ("TZSP with a padding and an unknown tag", lambda p, c: outer_udp(
        b"\x01\x00\x00\x01" + b"\x00" + b"\x28\x04\0\0\0\x07" + b"\x01" + plain(p, c), 37_008)),
    "ip-in-ip": ("IPv4 in IPv4", lambda p, c: outer(p, IPIP)),
    "gtp-u": ("GTP-U, plain header",
              lambda p, c: outer_udp(struct.pack(">BBHI", 0x30, 0xFF, len(p), 0x1234) + p, 2152)),
    "gtp-u-extension": ("GTP-U with sequence number and a PDU session extension header", lambda p, c: outer_udp(
        struct.pack(">BBHI", 0x36, 0xFF, len(p) + 8, 0x1234) + b"\0\x07\0\x85" + b"\x01\x10\x09\x00" + p, 2152)),
    "mpls": ("MPLS, two labels", lambda p, c: ethernet(
        struct.pack(">II", (100 << 12) | 64, (200 << 12) | 0x100 | 64) + p, MPLS)),
    "pppoe": ("PPPoE session with IPv4", lambda p, c: ethernet(
        struct.pack(">BBHHH", 0x11, 0, 0x0042, len(p) + 2, 0x0021) + p, PPPOE)),
    "vlan": ("802.1Q, VLAN 10, priority 5", lambda p, c: ethernet(p, tags=((VLAN, 0xA00A),))),
    "qinq": ("802.1ad tag 100 around 802.1Q tag 10", lambda p, c: ethernet(p, tags=((SERVICE_VLAN, 100), (VLAN, 10)))),
    "three-vlan-tags": ("three 802.1Q tags", lambda p, c: ethernet(p, tags=((VLAN, 1), (VLAN, 2), (VLAN, 3)))),
    "vxlan-in-gre": ("VXLAN in GRE: two levels", lambda p, c: outer(gre(ipv4(udp(
        b"\x08\0\0\0\0\0\x07\0" + plain(p, c), 49_152, 4789, OUTER_A, OUTER_B), UDP, OUTER_A, OUTER_B), IPV4), GRE)),
}
for name, (meaning, frame) in TUNNELS.items():
    @scene(f"tunnel-{name}", f"a Modbus connection inside {meaning}")
    def _(capture, frame=frame):
        connection = Connection(capture, frame=frame).open()
        connection.exchange()
        connection.exchange(modbus(2, write(0, 7)), modbus(2, wrote(0, 1)))
        connection.close()


@scene("tunnel-6in4", "Modbus/UDP over IPv6 inside IPv4")
def _(capture):
    capture.add(outer(ipv6(udp(QUESTION, 40_000, 502, HMI6, PLC6), UDP), SIX_IN_FOUR))
    capture.add(outer(ipv6(udp(ANSWER, 502, 40_000, PLC6, HMI6), UDP, PLC6, HMI6), SIX_IN_FOUR))


def nested(levels):
    packet = ipv4(udp(QUESTION, 40_000, 502), UDP)
    for _ in range(levels):
        packet = ipv4(packet, IPIP, OUTER_A, OUTER_B)
    return ethernet(packet)


@scene("tunnel-nesting-8", "Modbus/UDP with eight IPv4 headers around its own: the limit, still understood")
def _(capture):
    capture.add(nested(8))


@scene("tunnel-nesting-9", "Modbus/UDP with nine IPv4 headers around its own: beyond the limit")
def _(capture):
    capture.add(nested(9))
