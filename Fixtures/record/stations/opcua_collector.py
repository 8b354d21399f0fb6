# SPDX-License-Identifier: Apache-2.0
"""The data collector: the same server, signed and encrypted with Basic256Sha256.

usage: opcua_collector.py FOLDER (for its certificate)
"""
import asyncio
import sys
from pathlib import Path

from asyncua import Client, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from cryptography.x509.oid import ExtendedKeyUsageOID

URI = "urn:line-8:collector"


async def main(folder):
    key, certificate = Path(folder, "opcua-collector-key.pem"), Path(folder, "opcua-collector.der")
    await setup_self_signed_certificate(key, certificate, URI, "opcua-collector", [ExtendedKeyUsageOID.CLIENT_AUTH],
                                        {"commonName": "Line 8 collector"})
    server = Client("opc.tcp://192.168.16.11:4840/line8")
    server.application_uri = URI
    server.set_user("collector")
    server.set_password("c0llect")
    await server.set_security(SecurityPolicyBasic256Sha256, str(certificate), str(key),
                              mode=ua.MessageSecurityMode.SignAndEncrypt)
    async with server:
        space = await server.get_namespace_index("urn:line-8")
        values = [server.get_node(ua.NodeId(f"value{n}", space)) for n in range(4)]
        while True:
            await server.read_values(values)
            await asyncio.sleep(2)


asyncio.run(main(sys.argv[1]))
