# SPDX-License-Identifier: Apache-2.0
"""The S7 line's panel: reads measured values each second, sets the speed and the recipe from time to time."""
import time

from snap7.client import Client
from snap7.type import Area

plc = Client()
plc.connect("192.168.11.11", 0, 1)
plc.get_cpu_info()
plc.get_protection()
second = 0
while True:
    second += 1
    plc.db_read(1, 0, 32)
    if second % 2 == 0:
        plc.read_multi_vars([{"area": Area.DB, "db_number": 1, "start": 40, "size": 8},
                             {"area": Area.MK, "db_number": 0, "start": 0, "size": 4}])
        plc.eb_read(0, 8)
    if second % 4 == 0:
        plc.db_write_real(1, 48, 1.5 + second / 10)
        plc.db_write_bool(1, 60, 3, second % 8 == 0)
    if second % 9 == 0:
        plc.write_multi_vars([{"area": Area.DB, "db_number": 10, "start": 0, "data": bytearray([second, 2, 3, 4])},
                              {"area": Area.MK, "db_number": 0, "start": 4, "data": bytearray([1, 0])}])
    if second % 10 == 0:
        plc.get_cp_info()
    time.sleep(1)
