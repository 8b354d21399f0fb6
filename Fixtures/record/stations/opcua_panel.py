# SPDX-License-Identifier: Apache-2.0
"""The OPC UA line's panel, without security: logs in, browses, subscribes to two values, reads, writes, calls."""
import asyncio

from asyncua import Client, ua


class Changes:
    def datachange_notification(self, node, value, data):
        pass


async def main():
    server = Client("opc.tcp://192.168.16.11:4840/line8")
    server.set_user("panel")
    server.set_password("line8")
    async with server:
        space = await server.get_namespace_index("urn:line-8")
        line = server.get_node(ua.NodeId("line", space))
        await line.get_children()
        values = [server.get_node(ua.NodeId(f"value{n}", space)) for n in range(4)]
        set_points = [server.get_node(ua.NodeId(f"set{n}", space)) for n in range(4)]
        subscription = await server.create_subscription(1000, Changes())
        await subscription.subscribe_data_change(values[:2])
        second = 0
        while True:
            second += 1
            await server.read_values(values)
            if second % 4 == 0:
                await set_points[0].write_value(5.0 + second)
            if second % 6 == 0:
                await server.write_values(set_points[1:3], [1.0 * second, 2.0 * second])
            if second % 9 == 0:
                await line.call_method(ua.NodeId("start", space), second)
            await asyncio.sleep(1)


asyncio.run(main())
