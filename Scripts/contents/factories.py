# SPDX-License-Identifier: Apache-2.0
"""tshark's trees of Modbus, OPC UA, S7, CIP, EtherNet/IP, PROFINET DCP and FINS: messages with their contents."""

import re
import struct

from contents.message import Message
from contents.trees import children, every, find, float32, iso_time, name, number, raw, title


def modbus(tree):
    code = find(tree, "modbus.func_code")
    if code is None:
        return
    message = Message(number(code))
    exception = find(tree, "modbus.exception_code")
    if exception is not None:
        message.outcome = number(exception)
        yield message
        return
    message.outcome = "ok"
    reference = find(tree, "modbus.reference_num")
    registers = every(tree, "modbus.regnum16")
    bits = every(tree, "modbus.bitnum")
    start = reference if reference is not None else (registers or bits or [None])[0]
    if start is not None and message.code in (1, 2, 3, 4, 5, 6, 15, 16):
        message.targets = [("", int(start.get("show")))]
    data = find(tree, "modbus.data")
    if registers:
        message.values = [number(field) for field in every(tree, "modbus.regval_uint16")]
    elif bits:
        message.values = [number(field) for field in every(tree, "modbus.bitval")]
    elif message.code == 5 and data is not None:
        message.values = [1 if raw(data)[:1] == b"\xff" else 0]
    elif message.code == 15 and data is not None:
        count = number(find(tree, "modbus.bit_cnt"))
        message.values = [raw(data)[place // 8] >> place % 8 & 1 for place in range(min(count, 8 * len(raw(data))))]
    yield message


def opcua_node(field):
    """A node id in the notation of OPC 10000-6, 5.3.1.10."""
    space = find(field, "opcua.nodeid.nsindex")
    prefix = f"ns={number(space)};" if space is not None and number(space) else ""
    for key, letter in (("numeric", "i"), ("string", "s"), ("guid", "g"), ("bytestring", "b")):
        part = find(field, "opcua.nodeid." + key)
        if part is not None:
            return prefix + letter + "=" + part.get("show")
    return None


OPCUA_VALUES = {
    "Boolean": number, "SByte": number, "Byte": number, "Int16": number, "UInt16": number, "Int32": number,
    "UInt32": number, "Int64": number, "UInt64": number, "StatusCode": number,
    "Float": lambda field: float32(raw(field)), "Double": lambda field: struct.unpack("<d", raw(field))[0],
    "String": lambda field: opcua_text(field), "XmlElement": lambda field: opcua_text(field),
    "ByteString": lambda field: raw(field).hex() if raw(field) != b"\xff\xff\xff\xff" else "null",
    "DateTime": lambda field: ("time", iso_time(field, 6)),
    "Guid": lambda field: (field.get("show") or "").upper(),
}  # fmt: skip


def opcua_text(field):
    return "null" if raw(field) == b"\xff\xff\xff\xff" else raw(field).decode(errors="replace")


def opcua_variant(field):
    """The values of a variant: of an array a list, of what is not compared None."""
    array = next((item for item in field if not name(item) and "Array of" in title(item)), None)
    found = []
    for item in array if array is not None else field:
        key = name(item).removeprefix("opcua.")
        if key in OPCUA_VALUES:
            found.append(OPCUA_VALUES[key](item))
        elif not name(item):
            found.append(None)
    if array is None:
        return found[0] if found else "null"
    # An array of structures is one value of ours.
    return None if found and all(value is None for value in found) else found or "null"


def opcua_data_value(field):
    value = next((item for item in field if title(item).startswith("Value: Variant")), None)
    status = next((number(item) for item in field if name(item) == "opcua.StatusCode"), 0)
    return "null" if value is None else opcua_variant(value), status


def opcua_statuses(tree):
    """The results of a message: not the values that are statuses, nor diagnostics."""
    for field in tree:
        if name(field) in ("opcua.StatusCode", "opcua.Results"):
            yield number(field)
        if not title(field).startswith(("Value: Variant", "DiagnosticInfos", "ServiceDiagnostics", "OutputArguments")):
            yield from opcua_statuses(field)


def elements(tree, kind):
    """The elements of arrays of this type."""
    return [item for item in tree.iter("field") if re.match(r"\[\d+\]: " + kind + "$", title(item))]


def opcua(tree):
    service = find(tree, "opcua.servicenodeid.numeric")
    if service is None:
        return
    message = Message(number(service))
    if message.code == 631:
        message.targets = [("node", opcua_node(item)) for item in elements(tree, "ReadValueId")]
    elif message.code == 673:
        items = elements(tree, "WriteValue")
        message.targets = [("node", opcua_node(next(iter(item)))) for item in items]
        found = [
            opcua_data_value(part) for item in items for part in item if title(part).startswith("Value: DataValue")
        ]
        message.values = [value for value, _ in found]
        message.quality = [status for _, status in found]
    elif message.code == 634:
        results = next((item for item in tree.iter("field") if title(item).startswith("Results: Array of")), ())
        found = [opcua_data_value(item) for item in results if re.match(r"\[\d+\]: DataValue$", title(item))]
        message.values = [value for value, _ in found]
        message.quality = [status for _, status in found]
    elif message.code == 829:
        found = [
            opcua_data_value(part)
            for item in elements(tree, "MonitoredItemNotification")
            for part in item
            if title(part).startswith("Value: DataValue")
        ]
        message.values = [value for value, _ in found]
    result = find(tree, "opcua.ServiceResult")
    if result is not None:
        bad = [number(result)] + list(opcua_statuses(tree))
        message.outcome = next((code for code in bad if code >> 30), "ok")
        # Items of a message may have statuses that are not results: those of values in notifications.
        if message.code == 829:
            message.outcome = number(result) or "ok"
    yield message


def s7comm(tree):
    function = find(tree, "s7comm.param.func")
    kind = find(tree, "s7comm.header.rosctr")
    if function is None or kind is None:
        return
    message = Message(number(function))
    is_answer = number(kind) in (2, 3)
    if message.code in (4, 5):
        items = every(tree, "s7comm.param.item")
        if not is_answer:
            message.targets = []
            for item in items:
                area, byte = find(item, "s7comm.param.item.area"), find(item, "s7comm.param.item.address.byte")
                if area is None or byte is None:
                    message.targets.append(None)
                    continue
                block = find(item, "s7comm.param.item.db")
                base = number(block) if number(area) in (0x84, 0x85) else 0
                message.targets.append((S7_AREAS.get(number(area), "?"), base, number(byte)))
        data = every(tree, "s7comm.data.item")
        message.values = [("bytes", raw(field)) for item in data for field in every(item, "s7comm.resp.data")]
        if is_answer:
            codes = [number(field) for item in data for field in every(item, "s7comm.data.returncode")]
            message.outcome = next((code for code in codes if code != 0xFF), "ok")
    if is_answer:
        error = number(find(tree, "s7comm.header.errcls")) << 8 | number(find(tree, "s7comm.header.errcod"))
        if error:
            message.outcome = error
        elif message.outcome is None:
            message.outcome = "ok"
    yield message


S7_AREAS = {
    0x1C: "counter", 0x1D: "timer", 0x80: "PI", 0x81: "I", 0x82: "Q", 0x83: "flag", 0x84: "db", 0x85: "di",
    0x86: "local",
}  # fmt: skip


def cip(tree):
    service = find(tree, "cip.sc")
    if service is None:
        return
    message = Message(number(service))
    is_answer = number(find(tree, "cip.rr")) == 1
    if is_answer:
        status = find(tree, "cip.genstat")
        if status is not None:
            message.outcome = number(status) or "ok"
    else:
        path = [
            (name(field).removeprefix("cip."), field.get("show") if name(field) == "cip.symbol" else number(field))
            for group in tree
            if title(group).startswith("Request Path")
            for field in group.iter("field")
            if name(field) in ("cip.class", "cip.instance", "cip.symbol")
        ]
        message.targets = [tuple(path)] if path else []
    data = find(tree, "cip.data")
    # Attributes of standard objects are taken apart; what is left as bytes is compared.
    if data is not None and (message.code, is_answer) in ((0x0E, True), (0x10, False)):
        message.values = [("bytes", raw(data))]
    yield message


def enip(tree):
    command = find(tree, "enip.command")
    if command is None:
        return
    message = Message(number(command))
    status = find(tree, "enip.status")
    message.outcome = None if status is None else number(status) or "ok"
    yield message


def profinet_dcp(tree):
    service = find(tree, "pn_dcp.service_id")
    if service is None:
        return
    message = Message(number(service))
    blocks = children(tree, "pn_dcp.block")
    names = [raw(field).decode(errors="replace") for field in every(tree, "pn_dcp.suboption_device_nameofstation")]
    if names:
        message.targets = [("station", names[0])]
    address = find(tree, "pn_dcp.suboption_ip_ip")
    if address is not None and message.code == 4 and not names:
        fields = [
            address, find(tree, "pn_dcp.suboption_ip_subnetmask"), find(tree, "pn_dcp.suboption_ip_standard_gateway"),
        ]  # fmt: skip
        message.values = [int.from_bytes(raw(field), "big") for field in fields if field is not None]
    if blocks and find(tree, "pn_dcp.service_type") is not None:
        errors = [number(field) for field in every(tree, "pn_dcp.block_error")]
        kind = number(find(tree, "pn_dcp.service_type"))
        message.outcome = next((code for code in errors if code), 0xFFFF if kind == 5 else "ok")
    yield message


FINS_AREAS = {
    0x02: "DM", 0x30: "CIO", 0x31: "WR", 0x32: "HR", 0x33: "AR", 0x82: "DM", 0xB0: "CIO",
    0xB1: "WR", 0xB2: "HR", 0xB3: "AR",
}  # fmt: skip


def fins(tree):
    command = find(tree, "omron.command")
    if command is None:
        return
    message = Message(number(command))
    response = find(tree, "omron.response.code")
    if response is not None:
        message.outcome = number(response) & 0x7F3F or "ok"
    if response is None:
        areas = [field for field in tree.iter("field") if re.match(r"omron\.memory\.area\.(read|write)$", name(field))]
        addresses = every(tree, "omron.memory.address")
        if areas and len(areas) == len(addresses):
            message.targets = [
                (FINS_AREAS.get(number(area)), number(address)) for area, address in zip(areas, addresses, strict=True)
            ]
    data = every(tree, "omron.response.data")
    if response is not None and message.code in (0x0101, 0x0104) and data:
        message.values = [("bytes", raw(field)) for field in data]
    yield message
