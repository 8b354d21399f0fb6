# SPDX-License-Identifier: Apache-2.0
"""Frames with correct checksums, and captures of them: what the scripts that write captures share."""
import struct

START = 1_780_000_000  # seconds; any time will do
SPACING = 20  # microseconds from frame to frame
SYN, PSH, ACK = 2, 8, 16


class End:
    """One end of a conversation: its addresses and port, the next sequence number, the last IP identification."""

    __slots__ = ("identification", "ip", "mac", "port", "sequence")

    def __init__(self, mac, ip, port):
        self.mac, self.ip, self.port = mac, ip, port
        self.sequence, self.identification = 1000 * (port & 0xFFF) + ip[-1], port & 0x7FFF


def checksum(data):
    """Of the Internet (RFC 1071): sums in one's complement of 16 bits are remainders of a division by 65,535."""
    return 65_535 - (int.from_bytes(data + b"\0" * (len(data) & 1), "big") % 65_535 or 65_535)


def frame(source, destination, protocol, segment, check, vlan):
    """Ethernet and IP around a segment whose checksum, at `check`, is still 0. Addresses of 16 bytes make it IPv6."""
    addresses = source.ip + destination.ip
    # The pseudo header of both versions of IP has the same sum (RFC 8200, 8.1).
    value = checksum(addresses + struct.pack("!HH", protocol, len(segment)) + segment)
    segment[check:check + 2] = struct.pack("!H", value or (65_535 if protocol == 17 else 0))
    if len(source.ip) == 16:
        kind, ip = b"\x86\xdd", struct.pack("!IHBB", 6 << 28, len(segment), protocol, 64)
    else:
        source.identification = source.identification % 65_535 + 1
        head = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(segment), source.identification, 0x4000, 64, protocol)
        kind, ip = b"\x08\x00", head + struct.pack("!H", checksum(head + addresses))
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    return destination.mac + source.mac + tag + kind + ip + addresses + segment


def tcp(source, destination, flags, data=b"", vlan=None):
    acknowledged = destination.sequence & 0xFFFFFFFF if flags & ACK else 0
    segment = bytearray(struct.pack("!HHIIBBHI", source.port, destination.port, source.sequence & 0xFFFFFFFF,
                                    acknowledged, 0x50, flags, 8192, 0)) + data
    source.sequence += len(data) + bool(flags & SYN)
    return frame(source, destination, 6, segment, 16, vlan)


def udp(source, destination, data, vlan=None):
    segment = bytearray(struct.pack("!HHHH", source.port, destination.port, 8 + len(data), 0)) + data
    return frame(source, destination, 17, segment, 6, vlan)


def write(path, frames):
    """A capture in the classic format, in microseconds and little-endian."""
    with open(path, "wb", buffering=1 << 20) as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        micro = START * 1_000_000
        for data in frames:
            out.write(struct.pack("<IIII", micro // 1_000_000, micro % 1_000_000, len(data), len(data)))
            out.write(data)
            micro += SPACING
