#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a site file with many assets and conduits, which allows all that polling.py writes.

usage: large-site.py ASSETS CONDUITS FILE

The first assets are the three clients, the others servers. Two conduits allow Modbus between the zones, each of the
others between one client and one server. Servers beyond the assets belong to a zone by their network, so that none is
unknown: the same capture is judged alike by a small site and by a large one.
"""
import ipaddress
import sys

from polling import CLIENTS, client, number, server

ALLOWED = "services: [modbus], operations: [read, write]"


def asset(name, zone, end):
    return f'  {name}: {{zone: {zone}, mac: "{end.mac.hex(":")}", ip: {ipaddress.ip_address(end.ip)}}}'


def main():
    assets, conduits, path = number(sys.argv[1]), number(sys.argv[2]), sys.argv[3]
    servers = assets - CLIENTS
    if not 1 <= servers or not 2 <= conduits <= 2 + CLIENTS * servers:
        sys.exit("large-site.py: four assets and two conduits at least, and no more conduits than pairs of assets")
    lines = [
        f"site: {assets} assets and {conduits} conduits",
        "zones:",
        "  scada: {importance: high, networks: [10.1.0.0/24]}",
        "  line: {importance: high, networks: [10.2.0.0/15, 10.4.0.0/15]}",
        "  cell: {importance: high}",
        "assets:",
        *(asset(f"scada-{index}", "scada", client(index)) for index in range(CLIENTS)),
        *(asset(f"plc-{index}", "cell", server(index)) for index in range(servers)),
        "conduits:",
        *(f"  - {{from: scada, to: {zone}, {ALLOWED}}}" for zone in ("line", "cell")),
    ]
    for index in range(conduits - 2):
        pair = f"from: scada-{(index + index // servers) % CLIENTS}, to: plc-{index % servers}"
        lines.append(f"  - {{{pair}, {ALLOWED}}}")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
