# SPDX-License-Identifier: Apache-2.0
"""A PLC: a Modbus server with a small process image that changes by itself.

usage: plc.py NAME VENDOR PRODUCT [--udp] [--reads ADDRESS] [--also PORT]

--udp serves Modbus/UDP too; --reads polls another controller by Modbus/UDP, as a PLC does with remote I/O; --also
serves Modbus/TCP on another port too, where it probes silent clients each second.
"""
import argparse
import asyncio
import math
import socket

from pymodbus.client import AsyncModbusUdpClient
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.exceptions import ModbusException
from pymodbus.server import ModbusTcpServer, ModbusUdpServer

SIZE = 1000


async def move(image):
    """The process: temperatures drift, the board counter rises, sensors toggle."""
    second = 0
    while True:
        image.setValues(4, 0, [int(2450 + 30 * math.sin(second / 7 + n)) for n in range(16)])
        image.setValues(3, 10, [second & 0xFFFF, second // 3])
        image.setValues(2, 0, [(second >> n) & 1 for n in range(16)])
        second += 1
        await asyncio.sleep(1)


async def read_remote_io(address):
    client = AsyncModbusUdpClient(address, port=502, retries=0, timeout=1)
    await client.connect()
    while True:
        await asyncio.sleep(2)
        try:
            await client.read_discrete_inputs(0, count=16, slave=1)
            await client.write_coils(0, [True, False, True, False], slave=1)
        except ModbusException:
            pass    # after a missing answer the request is repeated


async def serve_probing(server):
    """Serves with TCP keep-alive, which accepted connections inherit from the socket that listens (Linux)."""
    serving = asyncio.create_task(server.serve_forever())
    while not getattr(server.transport, "sockets", None):
        await asyncio.sleep(0.05)
    for listener in server.transport.sockets:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    await serving


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("vendor")
    parser.add_argument("product")
    parser.add_argument("--udp", action="store_true")
    parser.add_argument("--reads")
    parser.add_argument("--also", type=int)
    arguments = parser.parse_args()

    image = ModbusSlaveContext(**{area: ModbusSequentialDataBlock(0, [0] * SIZE) for area in ("di", "co", "hr", "ir")})
    image.setValues(3, 0, [20 + n for n in range(100)])
    context = ModbusServerContext(slaves=image, single=True)
    identity = ModbusDeviceIdentification(info_name={
        "VendorName": arguments.vendor, "ProductCode": arguments.product, "MajorMinorRevision": "2.80",
        "ModelName": arguments.product, "UserApplicationName": arguments.name})
    work = [move(image), ModbusTcpServer(context, identity=identity, address=("0.0.0.0", 502)).serve_forever()]
    if arguments.udp:
        work.append(ModbusUdpServer(context, identity=identity, address=("0.0.0.0", 502)).serve_forever())
    if arguments.also:
        work.append(serve_probing(ModbusTcpServer(context, identity=identity, address=("0.0.0.0", arguments.also))))
    if arguments.reads:
        work.append(read_remote_io(arguments.reads))
    await asyncio.gather(*work)


asyncio.run(main())
