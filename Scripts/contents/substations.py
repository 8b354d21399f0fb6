# SPDX-License-Identifier: Apache-2.0
"""tshark's trees of IEC 60870-5-104, DNP3 and GOOSE: messages with their contents."""

import re
import struct

from contents.message import Message
from contents.trees import every, find, float32, iso_time, name, number, raw, title

IEC104_VALUES = {
    "float": lambda field: float32(raw(field)),
    "normval": lambda field: struct.unpack("<h", raw(field))[0] / 32768,
    "scalval": lambda field: struct.unpack("<h", raw(field))[0],
    "bitstring": lambda field: int.from_bytes(raw(field), "little"),
    "siq": lambda field: raw(field)[0] & 1,
    "diq": lambda field: raw(field)[0] & 3,
    "sco": lambda field: raw(field)[0] & 1,
    "dco": lambda field: raw(field)[0] & 3,
    "rco": lambda field: raw(field)[0] & 3,
    "vti": lambda field: ((raw(field)[0] & 0x7F) ^ 0x40) - 0x40,
    "bcr.count": lambda field: struct.unpack("<i", raw(field))[0],
    "qoi": lambda field: raw(field)[0],
    "qcc": lambda field: raw(field)[0],
    "qrp": lambda field: raw(field)[0],
    "coi": lambda field: raw(field)[0],
}
IEC104_QUALITY = {"siq": 0xF0, "diq": 0xF0, "qds": 0xFF}


def binary_time(field):
    """CP56Time2a as it was sent: tshark takes an hour off in summer, and takes years from 100 on modulo 100."""
    parts = {name(part).removeprefix("iec60870_asdu.cp56time."): number(part) for part in field if name(part)}
    if parts["year"] > 99:
        return raw(field).hex()
    seconds, milliseconds = divmod(parts["ms"], 1000)
    date = f"20{parts['year']:02}-{parts['month']:02}-{parts['day']:02}"
    return f"{date}T{parts['hour']:02}:{parts['min']:02}:{seconds:02}.{milliseconds:03}"


def iec104(tree):
    kind, transmitted = find(tree, "iec60870_asdu.typeid"), find(tree, "iec60870_asdu.causetx")
    if kind is None or transmitted is None:
        return
    message = Message(number(kind))
    message.targets, message.values, message.quality, message.times = [], [], [], []
    for item in tree:
        address = find(item, "iec60870_asdu.ioa")
        if address is None:
            continue
        message.targets.append(("ioa", number(address)))
        value = quality = time = None
        for field in item.iter("field"):
            key = name(field).removeprefix("iec60870_asdu.")
            if key in IEC104_VALUES and value is None:
                value = IEC104_VALUES[key](field)
            if key in IEC104_QUALITY:
                quality = raw(field)[0] & IEC104_QUALITY[key]
            if key == "bcr" and len(raw(field)) == 5:
                quality = raw(field)[4] & 0xE0
            if key == "cp56time" and message.code == 103:
                value = binary_time(field)
            elif key == "cp56time":
                time = binary_time(field)
        message.values.append(value)
        message.quality.append(quality)
        message.times.append(time)
    cause = number(transmitted)
    negative = number(find(tree, "iec60870_asdu.nega"))
    message.outcome = cause if 44 <= cause <= 47 or negative else "ok"
    yield message


DNP3_VALUES = {
    "dnp3.al.bit0": number, "dnp3.al.bit": number, "dnp3.al.2bit": number, "dnp3.al.cnt": number,
    "dnp3.al.ana.int": lambda field: int.from_bytes(raw(field), "little", signed=True),
    "dnp3.al.anaout.int": lambda field: int.from_bytes(raw(field), "little", signed=True),
    "dnp3.al.ana.float": lambda field: float32(raw(field)),
    "dnp3.al.anaout.float": lambda field: float32(raw(field)),
    "dnp3.al.ana.double": lambda field: struct.unpack("<d", raw(field))[0],
    "dnp3.al.anaout.double": lambda field: struct.unpack("<d", raw(field))[0],
    "dnp3.al.time_delay": number,
    "dnp3.al.octet_string": lambda field: raw(field).hex(),
}  # fmt: skip


def dnp3_point(item, group):
    """Index, value and quality of a point."""
    index = find(item, "dnp3.al.index")
    index = index if index is not None else find(item, "dnp3.al.point_index")
    value = quality = None
    match = re.search(r"Value: (-?\d+)(,|$|\s)", title(item))
    for field in item.iter("field"):
        if name(field) in DNP3_VALUES:
            value = DNP3_VALUES[name(field)](field)
        if title(field).startswith("Quality: "):
            quality = raw(field)[0]
        if title(field).startswith("Control Code"):
            value = raw(field)[0]
        if name(field) == "dnp3.al.ctrlstatus":
            quality = number(field)
        if name(field) == "dnp3.al.timestamp" and group in (50, 51):
            time = iso_time(field)
            value = time and time + "Z"
    if value is None and match and group in (1, 2, 3, 4, 10, 11, 13):
        value = int(match.group(1))
    return None if index is None else int(index.get("show")), value, quality


def dnp3(tree):
    function = find(tree, "dnp3.al.func")
    if function is None:
        return
    message = Message(number(function))
    message.targets, message.values, message.quality, message.times = [], [], [], []
    for block in every(tree, "dnp3.al.obj"):
        code = number(block)
        group, variation = code >> 8, code & 0xFF
        points = [item for item in block if not name(item) and title(item).startswith("Point Number")]
        if not points:
            message.targets.append((f"group {group}", variation if group == 60 else None))
            message.values.append(None)
            message.quality.append(None)
            message.times.append(None)
        for item in points:
            index, value, quality = dnp3_point(item, group)
            if group in (50, 51, 52) and value is None and len(points) == 1:
                # The only point's value stands beside it.
                _, value, _ = dnp3_point(block, group)
            if quality is not None and group in (12, 41) and message.code != 129:
                # A request has no status yet.
                quality = None
            message.targets.append((f"group {group}", index))
            message.values.append(value)
            message.quality.append(quality)
            stamp = find(item, "dnp3.al.timestamp") if group not in (50, 51) else None
            message.times.append(stamp if stamp is None else iso_time(stamp))
    indications = find(tree, "dnp3.al.iin")
    if indications is not None:
        refused = number(indications) & 0x17
        statuses = [number(field) for field in every(tree, "dnp3.al.ctrlstatus")]
        failed = next((status for status in statuses if status), None)
        message.outcome = refused or failed or "ok"
    yield message


def goose(tree):
    members = find(tree, "goose.allData")
    if find(tree, "goose.stNum") is None:
        return
    message = Message(0)
    block = find(tree, "goose.gocbRef")
    if block is not None:
        message.targets = [("control-block", block.get("show"))]
    message.values = []
    for field in members.iter("field") if members is not None else []:
        key = name(field)
        if key == "goose.boolean":
            message.values.append(int(raw(field) != b"\0"))
        elif key == "goose.bit_string":
            message.values.append(("bits", raw(field)))
        elif key == "goose.integer":
            message.values.append(int.from_bytes(raw(field), "big", signed=True))
        elif key == "goose.unsigned":
            message.values.append(int.from_bytes(raw(field), "big"))
        elif key == "goose.floating_point":
            data = raw(field)
            format = {5: ">f", 9: ">d"}.get(len(data))
            message.values.append(struct.unpack(format, data[1:])[0] if format else None)
        elif key == "goose.utc_time":
            message.values.append(("time", iso_time(field, 6)))
        elif key == "goose.visible_string" or key == "goose.mMSString":
            message.values.append(raw(field).decode(errors="replace"))
        elif key == "goose.octet_string":
            message.values.append(raw(field).hex())
        elif key in ("goose.binary_time", "goose.bcd", "goose.objId", "goose.booleanArray"):
            message.values.append(None)
    yield message
