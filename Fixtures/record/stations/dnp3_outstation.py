# SPDX-License-Identifier: Apache-2.0
"""A DNP3 outstation (address 10): inputs, counters, outputs, and unsolicited responses once the master enables them."""
import asyncio

from dnp3.database import AnalogInputConfig, BinaryInputConfig, CounterConfig, Database
from dnp3.datalink import build_unconfirmed_user_data
from dnp3.outstation import (
    CommandResult,
    DefaultCommandHandler,
    Outstation,
    OutstationConfig,
    OutstationTcpRunner,
    UnsolicitedConfig,
)
from dnp3.transport import Segmenter

OWN, MASTER = 10, 1


class Outputs(DefaultCommandHandler):
    """Accepts every output, and a cold restart."""

    def accept(self, *_, **__):
        return CommandResult.success()

    select_binary_output = operate_binary_output = direct_operate_binary_output = accept
    select_analog_output = operate_analog_output = direct_operate_analog_output = accept

    def cold_restart(self):
        return 5000


class Runner(OutstationTcpRunner):
    """The stack's server only answers; this one also reports."""

    async def _handle_connection(self, channel):
        reports = asyncio.create_task(self.report(channel))
        try:
            await super()._handle_connection(channel)
        finally:
            reports.cancel()

    async def report(self, channel):
        segmenter = Segmenter()
        while True:
            await asyncio.sleep(5)
            response = self.outstation.generate_unsolicited()
            for segment in segmenter.segment(response.to_bytes()) if response else ():
                frame = build_unconfirmed_user_data(destination=MASTER, source=OWN, dir_from_master=False,
                                                    user_data=segment.to_bytes())
                await channel.write_all(frame.to_bytes())


async def main():
    points = Database()
    for index in range(4):
        points.add_binary_input(index, BinaryInputConfig())
        points.add_analog_input(index, AnalogInputConfig())
    points.add_counter(0, CounterConfig())
    config = OutstationConfig(address=OWN, unsolicited=UnsolicitedConfig(
        class_1_enabled=False, class_2_enabled=False, class_3_enabled=False))
    outstation = Outstation(database=points, config=config, handler=Outputs())
    serving = asyncio.create_task(Runner(outstation=outstation, host="0.0.0.0", port=20000).run())
    second = 0
    while not serving.done():
        points.update_analog_input(second % 4, value=1000 + second)
        if second % 5 == 0:
            points.update_binary_input(0, value=second % 10 == 0)
            points.update_counter(0, second)
        second += 1
        await asyncio.sleep(1)


asyncio.run(main())
