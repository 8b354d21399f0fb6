# SPDX-License-Identifier: Apache-2.0
"""An SLMP tool (3E, binary) that performs the steps given as arguments, in order.

usage: slmp_tool.py ADDRESS STEP...

Steps: model, read:DEVICE:COUNT, stop, unlock:PASSWORD, unknown (a nonexistent command), wait:SECONDS
"""
import sys
import time

from pymcprotocol import Type3E
from pymcprotocol.mcprotocolerror import MCProtocolError

plc = Type3E()
plc.connect(sys.argv[1], 5000)
for step in sys.argv[2:]:
    verb, *arguments = step.split(":")
    if verb == "model":
        plc.read_cputype()
    elif verb == "read":
        plc.batchread_wordunits(arguments[0], int(arguments[1]))
    elif verb == "stop":
        plc.remote_stop()
    elif verb == "unlock":
        try:
            plc.remote_unlock(arguments[0])
        except MCProtocolError:
            time.sleep(0.3)
    elif verb == "unknown":
        plc._send(plc._make_senddata(plc._make_commanddata(0x1007, 0)))
        plc._recv()
    elif verb == "wait":
        time.sleep(float(arguments[0]))
plc.close()
