# SPDX-License-Identifier: Apache-2.0
"""The control centre's IEC 60870-5-104 side: interrogates, sets the clock, operates the breaker, sends set-points."""
import time

import c104

client = c104.Client()
line = client.add_connection(ip="192.168.15.11", port=2404, init=c104.Init.ALL)
station = line.add_station(common_address=47)
for address, kind in ((11, c104.Type.M_ME_NC_1), (12, c104.Type.M_ME_TF_1), (20, c104.Type.M_SP_TB_1)):
    station.add_point(io_address=address, type=kind)
breaker = station.add_point(io_address=30, type=c104.Type.C_SC_NA_1, command_mode=c104.CommandMode.SELECT_AND_EXECUTE)
set_point = station.add_point(io_address=31, type=c104.Type.C_SE_NC_1)
client.start()
second = 0
while True:
    time.sleep(1)
    second += 1
    if second % 5 == 0:
        set_point.value = 100.0 + second
        set_point.transmit(cause=c104.Cot.ACTIVATION)
    if second % 8 == 0:
        breaker.value = second % 16 == 0
        breaker.transmit(cause=c104.Cot.ACTIVATION)
    if second % 15 == 0:
        line.interrogation(common_address=47)
        line.counter_interrogation(common_address=47)
    if second % 20 == 0:
        line.clock_sync(common_address=47)
        line.test(common_address=47)
