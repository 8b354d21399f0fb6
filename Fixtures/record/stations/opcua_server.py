# SPDX-License-Identifier: Apache-2.0
"""An OPC UA server: measured values, set-points, a method; users by name, without security and with Basic256Sha256.

usage: opcua_server.py FOLDER (for its certificate)
"""
import asyncio
import sys
from pathlib import Path

from asyncua import Server, ua, uamethod
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.permission_rules import User, UserRole
from cryptography.x509.oid import ExtendedKeyUsageOID

URI = "urn:line-8:server"
PASSWORDS = {"panel": "line8", "collector": "c0llect"}


class Users:
    def get_user(self, iserver, username=None, password=None, certificate=None):
        if username in PASSWORDS and PASSWORDS[username] == password:
            return User(role=UserRole.User)
        return None


@uamethod
def start_batch(parent, number):
    return number + 1


async def main(folder):
    key, certificate = Path(folder, "opcua-server-key.pem"), Path(folder, "opcua-server.der")
    await setup_self_signed_certificate(key, certificate, URI, "opcua-server", [ExtendedKeyUsageOID.SERVER_AUTH],
                                        {"commonName": "Line 8"})
    server = Server(user_manager=Users())
    await server.init()
    await server.set_application_uri(URI)
    server.set_endpoint("opc.tcp://0.0.0.0:4840/line8")
    await server.load_certificate(str(certificate))
    await server.load_private_key(str(key))
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity, ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    space = await server.register_namespace("urn:line-8")
    line = await server.nodes.objects.add_object(ua.NodeId("line", space), "Line8")
    values = [await line.add_variable(ua.NodeId(f"value{n}", space), f"Value{n}", 20.0 + n) for n in range(4)]
    set_points = [await line.add_variable(ua.NodeId(f"set{n}", space), f"SetPoint{n}", 5.0 * n) for n in range(4)]
    for node in set_points:
        await node.set_writable()
    await line.add_method(ua.NodeId("start", space), "StartBatch", start_batch, [ua.VariantType.Int64],
                          [ua.VariantType.Int64])
    async with server:
        second = 0
        while True:
            await values[second % 4].write_value(20.0 + second % 11 / 4)
            second += 1
            await asyncio.sleep(1)


asyncio.run(main(sys.argv[1]))
