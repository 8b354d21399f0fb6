# SPDX-License-Identifier: Apache-2.0
"""Looks into tshark's trees (PDML)."""

import re
import struct


def name(field):
    return field.get("name") or ""


def title(field):
    """What an item without a name is called; it stands in another attribute."""
    return field.get("showname") or field.get("show") or ""


def raw(field):
    return bytes.fromhex(field.get("value") or "")


def number(field):
    text = field.get("show") or "0"
    return int(text, 16) if text.lower().startswith("0x") else int(text)


def find(field, wanted):
    """The first field of this name below, or None."""
    return next((child for child in field.iter("field") if name(child) == wanted), None)


def every(field, wanted):
    return [child for child in field.iter("field") if name(child) == wanted]


def children(field, wanted):
    return [child for child in field if name(child) == wanted]


def float32(data):
    return struct.unpack("<f", data)[0]


def iso_time(field, digits=3):
    """tshark's `Aug 13, 2009 19:23:00.008000000 UTC` in ISO 8601."""
    match = re.match(r"(\w{3}) +(\d+), (\d+) ([\d:]+)\.(\d+)", field.get("show") or "")
    if not match:
        return None
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    month, day, year, time, fraction = match.groups()
    return f"{year}-{months.index(month) + 1:02}-{int(day):02}T{time}.{fraction[:digits]}"
