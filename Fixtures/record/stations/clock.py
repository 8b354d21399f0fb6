# SPDX-License-Identifier: Apache-2.0
"""A device that asks the plant's time server every 16 s. usage: clock.py FIRST (seconds until the first request)"""
import socket
import struct
import sys
import time

time.sleep(float(sys.argv[1]))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(1)
    while True:
        client.sendto(b"\x23" + bytes(39) + struct.pack(">II", int(time.time()) + 2_208_988_800, 0),
                      ("192.168.20.5", 123))
        try:
            client.recv(100)
        except OSError:
            pass
        time.sleep(16)
