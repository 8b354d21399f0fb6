# SPDX-License-Identifier: Apache-2.0
"""A DNP3 master that does what its arguments say, one after the other, and repeatedly with `--repeat`.

usage: dnp3_master.py ADDRESS OWN-ADDRESS [--repeat] STEP...

Steps: integrity, events, unsolicited (enable), listen:SECONDS (for unsolicited responses), select:POINT (and no more),
operate:POINT (select, then operate), direct:POINT:VALUE (analog output), time:now or time:YYYY-MM-DDThh:mm:ss (UTC),
clear-restart, restart (cold), wait:SECONDS
"""
import asyncio
import sys
from datetime import UTC, datetime

from dnp3.application import ObjectBlock, ObjectHeader, build_cold_restart_request, build_write_request
from dnp3.core.timestamp import DNP3Timestamp
from dnp3.master import CommandBuilder, Master, MasterConfig, MasterRunnerError, MasterTcpRunner

OUTSTATION = 10


async def do(step, master, line):
    verb, _, argument = step.partition(":")
    if verb == "integrity":
        await line.integrity_poll()
    elif verb == "events":
        await line.class_poll()
    elif verb == "unsolicited":
        await line.enable_unsolicited()
    elif verb == "listen":
        await line.listen_unsolicited(timeout=float(argument))
    elif verb in ("select", "operate"):
        command = CommandBuilder().latch_on(int(argument))
        await line.request(master.build_select(command.build_select()))
        if verb == "operate":
            await line.request(master.build_operate(command.build_operate()))
    elif verb == "direct":
        point, value = argument.split(":")
        command = CommandBuilder().add_analog(int(point), float(value))
        await line.request(master.build_direct_operate(command.build_direct_operate()))
    elif verb == "time":
        now = datetime.now(UTC) if argument == "now" else datetime.fromisoformat(argument + "+00:00")
        await line.request(master.build_delay_measure())
        block = ObjectBlock(ObjectHeader(50, 1, 7), b"\x01" + DNP3Timestamp.from_datetime(now).to_bytes())
        await line.request(build_write_request((block,), seq=master.next_request_sequence()))
    elif verb == "clear-restart":
        block = ObjectBlock(ObjectHeader(80, 1, 0), b"\x07\x07\x00")
        await line.request(build_write_request((block,), seq=master.next_request_sequence()))
    elif verb == "restart":
        await line.request(build_cold_restart_request(seq=master.next_request_sequence()))
    elif verb == "wait":
        await asyncio.sleep(float(argument))


async def main(address, own, *steps):
    repeats = steps[0] == "--repeat"
    while True:
        master = Master(config=MasterConfig(address=int(own), outstation_address=OUTSTATION))
        try:
            async with MasterTcpRunner(master=master, host=address) as line:
                while True:
                    for step in steps[repeats:]:
                        await do(step, master, line)
                    if not repeats:
                        return
        except MasterRunnerError:   # an outstation talks to one master at a time; try again
            if not repeats:
                raise
            await asyncio.sleep(4)


asyncio.run(main(*sys.argv[1:]))
