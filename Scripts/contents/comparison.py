# SPDX-License-Identifier: Apache-2.0
"""Compares the contents of two messages, and knows the differences that are right."""

import math
import re
import struct


def listed(text):
    """The elements of an array in one place, and whether they are all."""
    inner = text.removesuffix("]").removeprefix("[")
    parts = inner.split(", ")
    is_whole = text.endswith("]") and not inner.endswith("…")
    return (parts if is_whole else parts[:-1]), is_whole


def as_number(value):
    if isinstance(value, (int, float)):
        return value
    try:
        return int(value)
    except ValueError:
        return float(value)  # NaN and Infinity, too


def same_value(own, their):
    """Whether a value of ours is tshark's; None if that cannot be said."""
    if their is None:
        return None
    if isinstance(their, list):
        if not isinstance(own, str) or not own.startswith("["):
            return len(their) == 1 and same_value(own, their[0]) or (not their and own == "null")
        parts, is_whole = listed(own)
        return (len(parts) == len(their) or not is_whole) and all(
            same_value(part, value) is not False for part, value in zip(parts, their)
        )
    if isinstance(their, tuple):
        kind, content = their
        if kind == "time":
            return content is None or str(own).startswith(content[:23])
        whole = int.from_bytes(content, "big")
        return str(own) in (str(whole), str(whole >> 6), str(whole >> 7), content.hex())
    try:
        if isinstance(their, str):
            own = str(own)
            return own == their or own.endswith("…") and their.startswith(own[:-1]) or same_text(own, their)
        number = as_number(own)
    except ValueError:
        return False
    if number == their or math.isnan(number) and math.isnan(their):
        return True
    return isinstance(their, float) and abs(number - their) <= 1e-6 * max(abs(number), abs(their))


def same_text(own, their):
    """Controls are written out, and a long text is cut."""
    pattern = re.sub(r"<U\\\+[0-9A-F]+>|�", ".", re.escape(own).replace("<U\\+", "<U\\\\+"))
    return len(their) > 200 and their[:100] == own[:100] or re.fullmatch(pattern, their, re.DOTALL) is not None


def flat(values):
    out = []
    for value in values:
        if isinstance(value, list):
            out += value
        else:
            out.append(value)
    return out


def same_bytes(protocol, own, count, their):
    """Numbers of ours against the bytes that they consist of; None if their size cannot be told."""
    if len(own) == len(their) > 1:
        parts = [same_bytes(protocol, [value], 1, [data]) for value, data in zip(own, their)]
        return None if None in parts else all(parts)
    order = "little" if protocol in ("cip", "enip") else "big"
    data = b"".join(content for _, content in their)
    numbers = []
    for value in own:
        if isinstance(value, str) and value.startswith("["):
            parts, is_whole = listed(value)
            if not is_whole:
                return None
            numbers += parts
        elif value != "null":
            numbers.append(value)
    if not numbers:
        return not data or None
    if len(numbers) != len(own):
        count = len(numbers)
    width, rest = divmod(len(data), count)
    if rest or width not in (1, 2, 4, 8):
        return None
    for place, value in enumerate(numbers):
        part = data[place * width : (place + 1) * width]
        try:
            number = as_number(value)
        except ValueError:
            return None
        if isinstance(number, int) and number % (1 << 8 * width) == int.from_bytes(part, order):
            continue
        format = ("<" if order == "little" else ">") + ("f" if width == 4 else "d")
        if width in (4, 8) and same_value(number, struct.unpack(format, part)[0]):
            continue
        return False
    return True


def differing(protocol, own, their):
    """Aspects that both have: the name, and None or what differs."""
    if their.targets is not None and own.targets is not None:
        yield "targets", compare_targets(protocol, own, their)
    if their.values is not None:
        packed = [value for value in their.values if isinstance(value, tuple) and value[0] == "bytes"]
        if packed and own.count > len(own.values) and "targets" in own.source["operation"]:
            pass  # the first values of each target: which bytes those are, cannot be told
        elif packed:
            same = same_bytes(protocol, own.values, own.count, packed)
            if same is not None:
                yield "values", None if same else f"{own.values} / {[value.hex() for _, value in packed]}"[:300]
        else:
            yield from compare_values(protocol, own, their)
    if their.outcome is not None and own.outcome is not None and own.role == "response":
        yield "outcome", None if own.outcome == their.outcome else f"{own.outcome} / {their.outcome}"


def positions(own, their):
    """For each of our targets the place of the same one of tshark's, in order; None if there is none."""
    found, at = [], 0
    for area, address in own:
        place = at
        while place < len(their) and not (their[place][0] == area and their[place][1] in (address, None)):
            place += 1
        if place == len(their):
            found.append(None)
            continue
        found.append(place)
        at = place + 1
    return found


def compare_targets(protocol, own, their):
    if protocol in ("dnp3", "iec104"):
        if not their.targets and own.role == "response":
            return None  # an answer without objects has the targets of its request
        if all(index is None for _, index in their.targets) or not own.values:
            groups = [list(dict.fromkeys(area for area, _ in side.targets)) for side in (own, their)]
            return None if groups[0] == groups[1] else f"{groups[0]} / {groups[1]}"
        missing = [target for target, at in zip(own.targets, positions(own.targets, their.targets)) if at is None]
        counts = own.source["operation"].get("targets_count", max(own.count, len(own.targets)))
        if missing or counts != len(their.targets):
            return f"{missing[:3]} {counts} / {len(their.targets)} {their.targets[:3]}"
        return None
    if protocol == "cip":
        # Of a path through several objects the last one is the target.
        path = dict(their.targets[0]) if their.targets else {}
        symbols = ".".join(text for key, text in (their.targets[0] if their.targets else ()) if key == "symbol")
        for target in own.targets:
            expected = (path.get("class"), path.get("instance", 0)) if isinstance(target, tuple) else symbols
            if target != expected and not (symbols and str(target).startswith(symbols)):
                return f"{target} / {their.targets}"
        return None
    pairs = [(mine, others) for mine, others in zip(own.targets, their.targets) if others is not None]
    if own.source["operation"].get("targets_count", len(own.targets)) != len(their.targets) or any(
        mine != others for mine, others in pairs
    ):
        return f"{own.targets[:4]} / {their.targets[:4]}"
    return None


def compare_values(protocol, own, their):
    values, quality = their.values, their.quality
    is_listed = "targets" in own.source["operation"]
    if protocol in ("dnp3", "iec104"):
        if not own.values and not any(value is not None for value in values):
            return
        places = positions(own.targets, their.targets)
        if len(places) != len(own.values) or None in places:
            yield "values", f"{own.targets[:5]} {own.values[:5]} / {their.targets[:5]} {values[:5]}"
            return
        pairs = [(mine, values[at]) for mine, at in zip(own.values, places)]
        qualities = [(mine, quality[at]) for mine, at in zip(own.quality or [-1] * len(places), places)]
        count = len(values)
        stamps = [(mine, their.times[at]) for mine, at in zip(own.times or [""] * len(places), places)]
        stamps = [(mine, others) for mine, others in stamps if others is not None]
        if stamps:
            wrong = [(mine, others) for mine, others in stamps if not mine.startswith(others)]
            yield "times", f"{wrong[:3]}" if wrong else None
    else:
        values = values if is_listed else flat(values)
        pairs = list(zip(own.values, values))
        count = len(values)
        qualities = []
        if quality and (is_listed or count == len(quality)):
            qualities = list(zip(own.quality or [0] * len(own.values), quality))
    wrong = [(mine, others) for mine, others in pairs if same_value(mine, others) is False]
    total = own.source["operation"].get("values_count", len(own.values))
    if any(value is not None for value in values) or own.values:
        yield "values", f"{total} / {count} {wrong[:3]}" if wrong or total != count else None
    qualities = [(mine, others) for mine, others in qualities if others is not None]
    if qualities:
        wrong = [(mine, others) for mine, others in qualities if mine != others]
        yield "quality", f"{wrong[:3]}" if wrong else None


def is_malformed(own, their, difference):
    return "fault" in own.source["operation"]


def stops_at_group_51(own, their, difference):
    return ("group 51", 0) in their.targets and len(their.targets) < len(own.targets)


def has_no_request(own, their, difference):
    return own.source["operation"].get("pairing") == "unasked"


def opens_connection(own, their, difference):
    return own.code in (0x4E, 0x54, 0x5B)


def has_status_before_area(own, their, difference):
    content = b"".join(value for _, value in their.values)
    return content[:1] == b"\xff" and same_bytes("s7comm", own.values, own.count, [("bytes", content[1:])]) is True


def is_about_certificates(own, their, difference):
    return own.code == 470


# Protocol, aspect, a test of our message, tshark's and what differs, and why ours is right.
BEYOND_FAULT = "the message is malformed, as its fault says; each side goes on in its own way"
GROUP_51 = "tshark 4.0 does not know 51/2 (annex A.27) and reads no further"
EXPLAINED = [
    ("dnp3", "targets", is_malformed, BEYOND_FAULT),
    ("dnp3", "values", is_malformed, BEYOND_FAULT),
    ("s7comm", "outcome", is_malformed, BEYOND_FAULT),
    ("dnp3", "targets", stops_at_group_51, GROUP_51),
    ("dnp3", "values", stops_at_group_51, GROUP_51),
    ("modbus", "targets", has_no_request, "an answer has no addresses; without its request tshark counts from 0"),
    ("cip", "targets", opens_connection, "the target of Forward Open and Close is what they connect to"),
    ("s7comm", "values", has_status_before_area, "a block read (syntax id 0xB0) has a return code before each area"),
    ("opcua", "outcome", is_about_certificates, "the results are of certificates of the client's software (5.6.3)"),
]


def explanation(protocol, aspect, own, their, difference):
    for of_protocol, of_aspect, applies, reason in EXPLAINED:
        if (of_protocol, of_aspect) == (protocol, aspect) and applies(own, their, difference):
            return reason
    return None
