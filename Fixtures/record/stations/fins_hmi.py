# SPDX-License-Identifier: Apache-2.0
"""The FINS line's panel: reads and sets data memory by FINS/UDP, and collects results by FINS/TCP."""
import time

from fins import FinsCommandCode
from fins.tcp import TCPFinsConnection
from fins.udp import UDPFinsConnection

PLC = "192.168.14.11"
panel = UDPFinsConnection()
panel.dest_node_add, panel.srce_node_add = 11, 21
panel.connect(PLC)
collector = TCPFinsConnection()
collector.connect(PLC)

panel.cpu_unit_data_read(b"\0")
second = 0
while True:
    second += 1
    panel.read("d", 0, "ui", 20)
    panel.read("c", 0, "ui", 4)
    if second % 2 == 0:
        collector.read("d", 100, "r", 8)
        collector.read("h", 10, "i", 4)
    if second % 4 == 0:
        panel.write([second, 2, 3], "d", 40, "ui")
        panel.write(second * 1.5, "w", 20, "r")
    if second % 5 == 0:
        panel.cpu_unit_status_read()
    if second % 7 == 0:
        collector.write(second, "d", 200, "udi")
    if second % 10 == 0:
        panel.execute_fins_command_frame(panel.fins_command_frame(FinsCommandCode().CLOCK_READ))
    time.sleep(1)
