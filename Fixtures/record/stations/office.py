# SPDX-License-Identifier: Apache-2.0
"""An office terminal: looks up the MES server, fetches its page, and announces itself as office terminals do.

usage: office.py FIRST (seconds until the first page)
"""
import random
import socket
import ssl
import struct
import sys
import time
import urllib.request

SERVICES = "192.168.20.5"
trust = ssl.create_default_context()
trust.check_hostname = False
trust.verify_mode = ssl.CERT_NONE


def look_up(name):
    question = struct.pack(">HHHHHH", random.randrange(65536), 0x0100, 1, 0, 0, 0)
    question += bytes([len(name)]) + name.encode() + b"\0" + struct.pack(">HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        client.sendto(question, (SERVICES, 53))
        return socket.inet_ntoa(client.recv(512)[-4:])


def announce():
    """A broadcast and a multicast that no conduit can name: neither is communication with the outside."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        client.sendto(b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n"
                      b"ST: ssdp:all\r\n\r\n", ("239.255.255.250", 1900))
        name = b"".join(bytes([0x41 + (c >> 4), 0x41 + (c & 15)]) for c in b"OFFICE-TERM    \0")
        query = struct.pack(">HHHHHH", 7, 0x0110, 1, 0, 0, 0) + b"\x20" + name + b"\0" + struct.pack(">HH", 32, 1)
        client.sendto(query, ("10.20.255.255", 137))


time.sleep(float(sys.argv[1]))
while True:
    try:
        address = look_up("mes")
        with urllib.request.urlopen(f"https://{address}/", timeout=3, context=trust) as page:
            page.read()
        announce()
    except OSError:
        pass
    time.sleep(20)
