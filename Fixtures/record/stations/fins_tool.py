# SPDX-License-Identifier: Apache-2.0
"""A FINS/UDP tool that performs the steps given as arguments, in order.

usage: fins_tool.py ADDRESS OWN-NODE STEP...

Steps: identify, status, read:WORD:COUNT (data memory), stop, clock, set-clock:YYMMDDhhmmss, wait:SECONDS
"""
import sys
import time

from fins import FinsCommandCode
from fins.udp import UDPFinsConnection

CODES = FinsCommandCode()
plc = UDPFinsConnection()
plc.dest_node_add, plc.srce_node_add = int(sys.argv[1].split(".")[3]), int(sys.argv[2])
plc.connect(sys.argv[1])
for step in sys.argv[3:]:
    verb, *arguments = step.split(":")
    if verb == "identify":
        plc.cpu_unit_data_read(b"\0")
    elif verb == "status":
        plc.cpu_unit_status_read()
    elif verb == "read":
        plc.read("d", int(arguments[0]), "ui", int(arguments[1]))
    elif verb == "stop":
        plc.change_to_program_mode()
    elif verb == "clock":
        plc.execute_fins_command_frame(plc.fins_command_frame(CODES.CLOCK_READ))
    elif verb == "set-clock":
        plc.execute_fins_command_frame(plc.fins_command_frame(CODES.CLOCK_WRITE, bytes.fromhex(arguments[0])))
    elif verb == "wait":
        time.sleep(float(arguments[0]))
