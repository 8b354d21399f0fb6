# SPDX-License-Identifier: Apache-2.0
"""Scenes: which station has which address, by ARP (RFC 826) and Neighbour Discovery (RFC 4861)."""
import socket
import struct

from made.capture import *

SECOND = 1_000_000
ICMPV6 = 58
ALL_NODES, ALL_NODES_MAC = "ff02::1", mac("33:33:00:00:00:01")
UNSPECIFIED = "::"
ROUTER6, PLC6_LOCAL = "fe80::1", "fe80::280:f4ff:fe01:203"
SPARE_MAC = mac("00:80:f4:01:02:99")
SOLICITED, OVERRIDE = 0x40, 0x20


def icmpv6(kind, body, source, target):
    header = struct.pack(">BBH", kind, 0, 0)
    value = checksum(pseudo(source, target, ICMPV6, 4 + len(body)) + header + body)
    return ipv6(header[:2] + struct.pack(">H", value) + body, ICMPV6, source, target, hops=255)


def address(text):
    return socket.inet_pton(socket.AF_INET6, text)


def link_option(kind, owner):
    return struct.pack(">BB", kind, 1) + owner


def solicited_node(target):
    """The solicited-node group of an address (RFC 4291, 2.7.1) and its MAC address (RFC 2464, 7)."""
    end = address(target)[-3:]
    return socket.inet_ntop(socket.AF_INET6, address("ff02::1:ff00:0")[:13] + end), b"\x33\x33\xff" + end


def solicit(source, source_mac, target, to=None, to_mac=None):
    group, group_mac = solicited_node(target)
    option = b"" if source == UNSPECIFIED else link_option(1, source_mac)
    packet = icmpv6(135, bytes(4) + address(target) + option, source, to or group)
    return ethernet(packet, IPV6, source_mac, to_mac or group_mac)


def advertise(target, owner, to, to_mac, flags=SOLICITED | OVERRIDE, source=None):
    packet = icmpv6(136, struct.pack(">I", flags << 24) + address(target) + link_option(2, owner), source or target, to)
    return ethernet(packet, IPV6, owner, to_mac)


def datagram(source, source_mac, target, target_mac, ttl=64):
    """Some UDP datagrams from one station to another, over IPv4 or IPv6."""
    if ":" in source:
        return ethernet(ipv6(udp(bytes(16), 30_000, 30_001, source, target), UDP, source, target, hops=ttl), IPV6,
                        source_mac, target_mac)
    return ethernet(ipv4(udp(bytes(16), 30_000, 30_001, source, target), UDP, source, target, ttl=ttl), IPV4,
                    source_mac, target_mac)


def alternate(capture, times, first, second):
    """Two stations send in turn, half a second apart."""
    for _ in range(times):
        capture.add(first(), SECOND // 2)
        capture.add(second(), SECOND // 2)


@scene("address-two-holders", "two stations have the PLC's address; both go on working for ten seconds")
def _(capture):
    alternate(capture, 10, lambda: datagram(PLC, PLC_MAC, HMI, HMI_MAC),
              lambda: datagram(PLC, STRANGER_MAC, HMI, HMI_MAC))


@scene("address-replaced", "a station falls silent; five seconds later another one takes over its address")
def _(capture):
    capture.add(datagram(PLC, PLC_MAC, HMI, HMI_MAC), 5 * SECOND)
    capture.add(arp(1, SPARE_MAC, "0.0.0.0", bytes(6), PLC), SECOND)
    capture.add(arp(1, SPARE_MAC, PLC, bytes(6), PLC), SECOND)
    for _ in range(5):
        capture.add(datagram(PLC, SPARE_MAC, HMI, HMI_MAC), SECOND)


@scene("address-router", "a router: forty addresses with one MAC address, and its own")
def _(capture):
    for host in range(1, 41):
        capture.add(datagram(f"10.20.3.{host}", ROUTER_MAC, PLC, PLC_MAC, ttl=63), SECOND // 10)
    capture.add(datagram("192.168.10.1", ROUTER_MAC, PLC, PLC_MAC))


@scene("arp-unasked-answers", "a stranger claims the PLC's address in unsolicited answers to the HMI, every second")
def _(capture):
    capture.add(arp(1, HMI_MAC, HMI, bytes(6), PLC))
    capture.add(arp(2, PLC_MAC, PLC, HMI_MAC, HMI, HMI_MAC))
    alternate(capture, 6, lambda: datagram(PLC, PLC_MAC, HMI, HMI_MAC),
              lambda: arp(2, STRANGER_MAC, PLC, HMI_MAC, HMI, HMI_MAC))


@scene("arp-flip-flop", "two stations answer each of the HMI's questions for the PLC's address, in turn")
def _(capture):
    for _ in range(6):
        capture.add(arp(1, HMI_MAC, HMI, bytes(6), PLC))
        capture.add(arp(2, PLC_MAC, PLC, HMI_MAC, HMI, HMI_MAC))
        capture.add(arp(2, STRANGER_MAC, PLC, HMI_MAC, HMI, HMI_MAC), SECOND)


@scene("arp-one-for-many", "a stranger claims the addresses of four active stations, one after the other")
def _(capture):
    stations = [(f"192.168.10.{host}", mac(f"00:80:f4:01:02:{host:02x}")) for host in (11, 12, 13, 14)]
    for ip, owner in stations:
        capture.add(datagram(ip, owner, HMI, HMI_MAC), 1000)
    for ip, owner in stations:
        capture.add(arp(1, STRANGER_MAC, ip, bytes(6), ip), 1000)
        capture.add(datagram(ip, owner, HMI, HMI_MAC), 1000)


@scene("nd-normal", "an IPv6 station starts up (duplicate address detection, router discovery), is asked for and "
       "probed")
def _(capture):
    capture.add(solicit(UNSPECIFIED, PLC_MAC, PLC6_LOCAL), SECOND)
    capture.add(ethernet(icmpv6(133, bytes(4) + link_option(1, PLC_MAC), PLC6_LOCAL, "ff02::2"), IPV6, PLC_MAC,
                         mac("33:33:00:00:00:02")), 1000)
    lifetime = struct.pack(">BBHII", 64, 0, 1800, 0, 0)
    capture.add(ethernet(icmpv6(134, lifetime + link_option(1, ROUTER_MAC), ROUTER6, ALL_NODES), IPV6, ROUTER_MAC,
                         ALL_NODES_MAC), SECOND)
    capture.add(solicit(UNSPECIFIED, PLC_MAC, PLC6), SECOND)
    for _ in range(3):
        capture.add(solicit(HMI6, HMI_MAC, PLC6))
        capture.add(advertise(PLC6, PLC_MAC, HMI6, HMI_MAC))
        capture.add(datagram(HMI6, HMI_MAC, PLC6, PLC_MAC))
        capture.add(datagram(PLC6, PLC_MAC, HMI6, HMI_MAC), SECOND)
        capture.add(solicit(PLC6_LOCAL, PLC_MAC, HMI6, HMI6, HMI_MAC))
        capture.add(advertise(HMI6, HMI_MAC, PLC6_LOCAL, PLC_MAC), SECOND)


@scene("nd-spoofing", "a stranger claims the PLC's IPv6 address in unsolicited answers to the HMI, every second")
def _(capture):
    capture.add(solicit(HMI6, HMI_MAC, PLC6))
    capture.add(advertise(PLC6, PLC_MAC, HMI6, HMI_MAC), 6 * SECOND)
    alternate(capture, 6, lambda: datagram(PLC6, PLC_MAC, HMI6, HMI_MAC),
              lambda: advertise(PLC6, STRANGER_MAC, HMI6, HMI_MAC))


@scene("nd-unsolicited-claims", "a stranger advertises the PLC's IPv6 address to all nodes again and again")
def _(capture):
    alternate(capture, 5, lambda: datagram(PLC6, PLC_MAC, HMI6, HMI_MAC),
              lambda: advertise(PLC6, STRANGER_MAC, ALL_NODES, ALL_NODES_MAC, OVERRIDE))


@scene("nd-two-holders", "two stations have the PLC's IPv6 address; both go on working for ten seconds")
def _(capture):
    alternate(capture, 10, lambda: datagram(PLC6, PLC_MAC, HMI6, HMI_MAC),
              lambda: datagram(PLC6, STRANGER_MAC, HMI6, HMI_MAC))


@scene("nd-forwarded", "neighbour advertisements with a hop limit below 255, which every receiver drops")
def _(capture):
    for _ in range(6):
        capture.add(datagram(PLC6, PLC_MAC, HMI6, HMI_MAC), SECOND // 2)
        claim = bytearray(advertise(PLC6, STRANGER_MAC, HMI6, HMI_MAC, source="fd00:20::9"))
        claim[14 + 7] = 63
        capture.add(bytes(claim), SECOND // 2)


@scene("nd-sweep", "a stranger solicits sixty addresses of the line within six seconds; one answers")
def _(capture):
    for host in range(1, 61):
        target = f"fd00:10::{host:x}"
        capture.add(solicit("fd00:10::77", STRANGER_MAC, target), SECOND // 10)
        if target == PLC6:
            capture.add(advertise(PLC6, PLC_MAC, "fd00:10::77", STRANGER_MAC))
