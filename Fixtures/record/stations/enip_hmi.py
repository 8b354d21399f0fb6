# SPDX-License-Identifier: Apache-2.0
"""The EtherNet/IP line's panel: reads the tags each second, one by one and several at once, and sets some at times."""
import time

from cpppo.server.enip import client
from pycomm3 import CIPDriver

PLC = "192.168.12.11"


def do(line, texts, **how):
    for _ in line.pipeline(operations=client.parse_operations(texts), **how):
        pass


CIPDriver.list_identity(PLC)
# The driver's connection (class 3) stays open.
with CIPDriver(PLC) as connected, client.connector(host=PLC, timeout=3) as line:
    second = 0
    while True:
        second += 1
        do(line, ["SCADA[0-9]", "Line1_Speed"], depth=1)
        if second % 2 == 0:
            do(line, ["SCADA[10-19]", "Line1_Count", "Recipe[0-3]"], depth=1, multiple=400)
        if second % 3 == 0:
            connected.generic_message(service=0x0E, class_code=1, instance=1, attribute=5, connected=True)
        if second % 4 == 0:
            do(line, [f"Line1_Speed=(REAL){1 + second / 10}"], depth=1)
        if second % 9 == 0:
            do(line, ["Recipe[0-3]=(INT)5,6,7,8", f"Line1_Count=(DINT){second}"], depth=1)
        time.sleep(1)
