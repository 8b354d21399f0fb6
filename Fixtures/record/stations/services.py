# SPDX-License-Identifier: Apache-2.0
"""The plant's time and name server: NTP (RFC 5905) on 123, DNS (RFC 1035) on 53, both for the plant only."""
import asyncio
import socket
import struct
import time

NAMES = {b"mes": "192.168.20.21", b"scada": "192.168.20.11"}


class Time(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        if len(data) < 48:
            return
        now = struct.pack(">II", int(time.time()) + 2_208_988_800, 0)
        self.transport.sendto(struct.pack(">BBbbII4s", 0x24, 2, 6, -20, 0, 0, b"LOCL") + now + data[40:48] + now + now,
                              peer)


class Names(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        address = NAMES.get(data[13:13 + data[12]]) if len(data) > 16 else None
        if address is None:
            self.transport.sendto(data[:2] + b"\x81\x83" + data[4:], peer)
            return
        answer = struct.pack(">HHHIH4s", 0xC00C, 1, 1, 300, 4, socket.inet_aton(address))
        self.transport.sendto(data[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0) + data[12:] + answer, peer)


async def main():
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Time, local_addr=("0.0.0.0", 123))
    await loop.create_datagram_endpoint(Names, local_addr=("0.0.0.0", 53))
    await asyncio.Event().wait()


asyncio.run(main())
