# SPDX-License-Identifier: Apache-2.0
"""Reads the contents of messages out of sekisho's operation records."""

import collections
import json
import os
import re
import subprocess
import sys

from contents.message import Message


def runs(notation):
    """What a target's notation begins with, and its addresses."""
    match = re.match(r"(.*?)[ ]?(\d+)(?:-(\d+))?$", notation)
    if not match:
        return notation, [None]
    first, last = int(match[2]), int(match[3] or match[2])
    return match[1], range(first, min(last, first + 4096) + 1)


def own_targets(protocol, operation):
    """All targets in the form that the functions above use."""
    target = operation.get("target")
    if target is None:
        return []
    listed = operation.get("targets")
    shown = operation.get("values") or operation.get("values_text") or []
    if protocol == "iec104" or protocol == "dnp3":
        if listed is None:
            area = f"group {target.get('number', 0)}" if protocol == "dnp3" else target["area"]
            if "address" not in target:
                return None
            if protocol == "dnp3" and "count" not in target:
                return [(area, None)]
            # Before a message is answered, its targets may be a range without values.
            count = min(target.get("count", 1), len(shown) if shown else target.get("count", 1), 4096)
            return [(area, target["address"] + place) for place in range(max(1, count))]
        found = []
        for notation in listed:
            if protocol == "dnp3" and re.match(r"group \d+$", notation):
                found.append((notation, None))
                continue
            area, addresses = runs(notation)
            found += [(area, address) for address in addresses]
        return found
    if protocol == "opcua":
        names = [notation.removeprefix("node ") for notation in listed] if listed else [target.get("name", "")]
        return [("node", re.sub(r", attribute \d+$", "", text)) for text in names]
    if protocol in ("goose", "profinet-dcp"):
        return [(target["area"], target.get("name", ""))]
    if protocol == "modbus":
        return [("", (operation.get("written") or target)["address"])] if operation["code"] != 23 else []
    if protocol == "fins":
        if listed:
            return [(area.strip(), next(iter(addresses))) for area, addresses in map(runs, listed)]
        return [(target["area"], target.get("address"))]
    if protocol == "s7comm":
        return [(target["area"], target.get("number", 0), target.get("address"))] if not listed else None
    if protocol == "cip":
        if target["area"] in ("class", "assembly", "object"):
            return [(target.get("number", 4), target["address"])]
        return [target["name"]] if target["area"] == "tag" else None
    return None


def sekisho(binary, path, protocols):
    command = [binary, "replay", "--quiet", "--log", "operations-all", path]
    environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")
    result = subprocess.run(command, capture_output=True, check=False, text=True, env=environment)
    if result.returncode not in (0, 65):
        print(f"{path}: exit status {result.returncode}: {result.stderr.strip()[:200]}", file=sys.stderr)
    found = {protocol: collections.defaultdict(list) for protocol in protocols}
    for line in result.stdout.splitlines():
        record = json.loads(line)
        protocol = record.get("app_proto")
        if record["event_type"] != "operation" or protocol not in found:
            continue
        operation = record["operation"]
        message = Message(operation["code"])
        message.source, message.role = record, operation["role"]
        message.targets = own_targets(protocol, operation)
        message.values = operation.get("values", operation.get("values_text", []))
        message.count = operation.get("values_count", len(message.values))
        message.quality, message.times = operation.get("quality"), operation.get("times")
        if "outcome" in operation:
            message.outcome = operation.get("error_code", "ok")
        found[protocol][(record["pcap_cnt"], message.code)].append(message)
    return found
