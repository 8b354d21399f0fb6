# SPDX-License-Identifier: Apache-2.0
"""The line's HMI: shows and sets holding registers 0-99 of plc-1. SIGUSR1 makes the operator write beyond them."""
import asyncio
import signal

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

PLC = "192.168.10.11"


async def refresh(plc, second):
    await plc.read_holding_registers(0, count=50, slave=1)
    if second % 3 == 0:
        await plc.read_holding_registers(50, count=50, slave=1)
    if second % 5 == 0:
        await plc.write_register(30, 500 + second, slave=1)
    if second % 15 == 0:
        await plc.write_registers(98, [second, 1], slave=1)


async def main():
    beyond = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, beyond.set)
    plc = AsyncModbusTcpClient(PLC, port=502, timeout=2, retries=2)
    await plc.connect()
    second = 0
    while True:
        second += 1
        try:
            await refresh(plc, second)
            if beyond.is_set():
                beyond.clear()
                await plc.write_registers(99, [1, 2], slave=1)   # half inside, half beyond
                await plc.write_registers(120, [9000, 9001], slave=1)
                await plc.write_register(150, 1, slave=1)
        except ModbusException:
            pass    # the client reconnects by itself
        await asyncio.sleep(1)


asyncio.run(main())
