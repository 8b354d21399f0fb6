# SPDX-License-Identifier: Apache-2.0
"""A Modbus client for the scenes that performs the steps given as arguments, in order.

usage: client.py ADDRESS[:PORT] STEP...

Steps: read:AREA:FIRST:COUNT (area h, i, c or d), write:FIRST:VALUE[,VALUE...], identify, program, wait:SECONDS
"""
import socket
import struct
import sys
import time

from pymodbus.client import ModbusTcpClient

address, _, port = sys.argv[1].partition(":")
plc = ModbusTcpClient(address, port=int(port or 502), timeout=2, retries=0)
if not plc.connect():
    sys.exit(f"{sys.argv[1]}: no connection")
READ = {"h": plc.read_holding_registers, "i": plc.read_input_registers, "c": plc.read_coils,
        "d": plc.read_discrete_inputs}
for step in sys.argv[2:]:
    verb, *arguments = step.split(":")
    if verb == "read":
        READ[arguments[0]](int(arguments[1]), count=int(arguments[2]), slave=1)
    elif verb == "write":
        values = [int(value) for value in arguments[1].split(",")]
        if len(values) == 1:
            plc.write_register(int(arguments[0]), values[0], slave=1)
        else:
            plc.write_registers(int(arguments[0]), values, slave=1)
    elif verb == "identify":
        plc.read_device_information(read_code=1, object_id=0, slave=1)
    elif verb == "program":
        # Function code 90, as used by one vendor's programming tools; this server refuses it with exception 1.
        with socket.create_connection((address, 502), timeout=2) as tool:
            tool.sendall(struct.pack(">HHHBB", 1, 0, 4, 0, 90) + b"\x00\x02")
            tool.recv(64)
    elif verb == "wait":
        time.sleep(float(arguments[0]))
plc.close()
