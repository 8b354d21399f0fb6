# SPDX-License-Identifier: Apache-2.0
"""The SCADA server: polls the PLCs once a second, sets recipes at times, and serves its values by HTTP on 8080."""
import asyncio
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pymodbus.client import AsyncModbusTcpClient

PLCS = {"plc-1": "192.168.10.11", "plc-2": "192.168.10.12", "plc-3": "192.168.10.13"}
values = {}


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = json.dumps(values).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


async def greet(plc):
    """The requests that a SCADA system sends once after connecting to a controller."""
    await plc.read_device_information(read_code=1, object_id=0, slave=1)
    await plc.report_slave_id(slave=1)
    await plc.diag_query_data(b"\x12\x34", slave=1)


async def set_recipe(plc, cycle):
    """Writes with every public function code that changes coils or registers, all in the recipe's area."""
    await plc.write_coil(0, cycle % 2 == 0, slave=1)
    await plc.write_coils(8, [True, False, True, True, False, False, True, False, True, True], slave=1)
    await plc.write_register(200, cycle & 0xFFFF, slave=1)
    await plc.write_registers(210, [100 + cycle, 200, 300, 400], slave=1)
    await plc.mask_write_register(address=220, and_mask=0xFFF0, or_mask=0x0005, slave=1)
    await plc.readwrite_registers(read_address=230, read_count=4, write_address=240, values=[cycle, 7], slave=1)


async def poll(name, address, writes):
    while True:
        plc = AsyncModbusTcpClient(address, port=502, timeout=2, retries=1, reconnect_delay=0)
        try:
            if not await plc.connect():
                raise OSError
            cycle = 0
            await greet(plc)
            while True:
                cycle += 1
                holding = await plc.read_holding_registers(0, count=20, slave=1)
                await plc.read_coils(0, count=20, slave=1)
                if cycle % 4 == 0:
                    await plc.read_discrete_inputs(0, count=16, slave=1)
                    await plc.read_input_registers(0, count=8, slave=1)
                if writes and cycle % 12 == 6:
                    await set_recipe(plc, cycle)
                values[name] = holding.registers
                await asyncio.sleep(1)
        except Exception as error:  # noqa: BLE001, an unreachable PLC is tried again: a SCADA never gives up
            print(name, repr(error), file=sys.stderr)
            plc.close()
            await asyncio.sleep(2)


async def main():
    threading.Thread(target=ThreadingHTTPServer(("0.0.0.0", 8080), Page).serve_forever, daemon=True).start()
    await asyncio.gather(*(poll(name, address, name != "plc-3") for name, address in PLCS.items()))


asyncio.run(main())
