# SPDX-License-Identifier: Apache-2.0
"""An EtherNet/IP tool that performs the steps given as arguments, in order.

usage: enip_tool.py ADDRESS STEP...

Steps: find (asks all devices for their identity), identify, read:TAG, write:TAG=(TYPE)VALUES, reset (CIP service 5 of
the identity object; this server ends the session), wait:SECONDS
"""
import socket
import sys
import time

from cpppo.server.enip import client
from pycomm3 import CIPDriver

plc = sys.argv[1]


def do(text):
    with client.connector(host=plc, timeout=3) as line:
        for _ in line.pipeline(operations=client.parse_operations([text]), depth=1):
            pass


for step in sys.argv[2:]:
    verb, _, argument = step.partition(":")
    if verb == "find":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as everybody:
            everybody.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            everybody.sendto(b"\x63" + bytes(23), (plc.rpartition(".")[0] + ".255", 44818))
            everybody.settimeout(1)
            try:
                everybody.recv(512)
            except TimeoutError:
                pass
    elif verb == "identify":
        CIPDriver.list_identity(plc)
    elif verb in ("read", "write"):
        do(argument)
    elif verb == "reset":
        driver = CIPDriver(plc)
        driver.open()
        driver.generic_message(service=0x05, class_code=1, instance=1, request_data=b"\0", connected=False)
    elif verb == "wait":
        time.sleep(float(argument))
