# SPDX-License-Identifier: Apache-2.0
"""An IEC 60870-5-104 outstation (common address 47): measured values, a breaker (select, then operate), a set-point."""
import datetime
import time

import c104


def command(point: c104.Point, previous_info: c104.Information, message: c104.IncomingMessage) -> c104.ResponseState:
    return c104.ResponseState.SUCCESS


def clock(server: c104.Server, ip: str, date_time: datetime.datetime) -> c104.ResponseState:
    return c104.ResponseState.SUCCESS


server = c104.Server(ip="0.0.0.0", port=2404)
server.on_clock_sync(callable=clock)
station = server.add_station(common_address=47)
cyclic = station.add_point(io_address=11, type=c104.Type.M_ME_NC_1, report_ms=4000)
spontaneous = station.add_point(io_address=12, type=c104.Type.M_ME_TF_1)
position = station.add_point(io_address=20, type=c104.Type.M_SP_TB_1)
station.add_point(io_address=30, type=c104.Type.C_SC_NA_1, command_mode=c104.CommandMode.SELECT_AND_EXECUTE
                  ).on_receive(callable=command)
station.add_point(io_address=31, type=c104.Type.C_SE_NC_1).on_receive(callable=command)
server.start()
second = 0
while True:
    cyclic.value = 230 + second % 7 / 4
    spontaneous.value = 50 + second % 5 / 100
    if second % 3 == 0:
        spontaneous.transmit(cause=c104.Cot.SPONTANEOUS)
    if second % 8 == 0:
        position.value = second % 16 == 0
        position.transmit(cause=c104.Cot.SPONTANEOUS)
    second += 1
    time.sleep(1)
