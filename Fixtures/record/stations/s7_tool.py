# SPDX-License-Identifier: Apache-2.0
"""An S7 programming tool that performs the steps given as arguments, in order.

usage: s7_tool.py ADDRESS STEP...

Steps: identify, stop, start, blocks, upload:BLOCK, download:BLOCK (data blocks), wait:SECONDS
"""
import sys
import time

from snap7.client import Client
from snap7.type import Block

plc = Client()
plc.connect(sys.argv[1], 0, 1)
for step in sys.argv[2:]:
    verb, *arguments = step.split(":")
    if verb == "identify":
        plc.get_cpu_info()
        plc.get_protection()
    elif verb == "stop":
        plc.plc_stop()
    elif verb == "start":
        plc.plc_hot_start()
    elif verb == "blocks":
        plc.list_blocks()
        plc.list_blocks_of_type(Block.DB, 10)
    elif verb == "upload":
        plc.full_upload(Block.DB, int(arguments[0]))
    elif verb == "download":
        plc.download(bytearray(bytes(range(128))), int(arguments[0]))
    elif verb == "wait":
        time.sleep(float(arguments[0]))
plc.disconnect()
