# SPDX-License-Identifier: Apache-2.0
"""An S7 controller: data block 1 (set-points and measured values), data block 10 (recipe), flags, inputs, outputs."""
import struct
import time

from snap7.server import Server
from snap7.type import SrvArea

values = bytearray(128)
plc = Server(log=False)
for number, block in ((1, values), (10, bytearray(64))):
    plc.register_area(SrvArea.DB, number, block)
for area in (SrvArea.MK, SrvArea.PE, SrvArea.PA):
    plc.register_area(area, 0, bytearray(32))
plc.start(tcp_port=102)
second = 0
while True:
    struct.pack_into(">HfH", values, 0, second & 0xFFFF, 62.5 + second % 9 / 8, second // 3)
    second += 1
    time.sleep(1)
