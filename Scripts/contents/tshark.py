# SPDX-License-Identifier: Apache-2.0
"""Runs tshark, and reads the contents of messages out of its trees."""

import collections
import subprocess
import sys
from xml.etree import ElementTree

from contents.factories import cip, enip, fins, modbus, opcua, profinet_dcp, s7comm
from contents.substations import dnp3, goose, iec104
from contents.trees import find, number

# Ports of captures that tshark does not know by itself.
DECODE_AS = ["-d", "tcp.port==503-505,mbtcp", "-d", "tcp.port==4841,opcua"]

# Name in records: name of tshark's tree, display filter, function.
PROTOCOLS = {
    "modbus": ("modbus", "modbus", modbus),
    "dnp3": ("dnp3", "dnp3.al.func", dnp3),
    "iec104": ("iec60870_asdu", "iec60870_asdu", iec104),
    "goose": ("goose", "goose", goose),
    "opcua": ("opcua", "opcua", opcua),
    "s7comm": ("s7comm", "s7comm", s7comm),
    "cip": ("cip", "cip", cip),
    "enip": ("enip", "enip", enip),
    "profinet-dcp": ("pn_dcp", "pn_dcp", profinet_dcp),
    "fins": ("omron", "omron", fins),
}


def tshark(path, protocols):
    """For each protocol the messages of each frame and code, in their order."""
    trees = " ".join(dict.fromkeys(PROTOCOLS[protocol][0] for protocol in protocols))
    wanted = " || ".join(dict.fromkeys(PROTOCOLS[protocol][1] for protocol in protocols))
    command = ["tshark", "-n", *DECODE_AS, "-r", path, "-Y", wanted, "-T", "pdml", "-J", "frame " + trees]
    found = {protocol: collections.defaultdict(list) for protocol in protocols}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            for _, packet in ElementTree.iterparse(process.stdout):
                if packet.tag != "packet":
                    continue
                frame = number(find(packet, "frame.number"))
                for protocol in protocols:
                    tree, _, read = PROTOCOLS[protocol]
                    for part in packet.iter("proto"):
                        if part.get("name") == tree:
                            for message in read(part):
                                found[protocol][(frame, message.code)].append(message)
                packet.clear()
        except ElementTree.ParseError as error:
            print(f"{path}: tshark's output: {error}", file=sys.stderr)
    return found
