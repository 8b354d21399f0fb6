# SPDX-License-Identifier: Apache-2.0
"""Scenes: the ways in which TCP, the mirror port and IP may deliver a message."""
import struct

from made.capture import *

# --- TCP --------------------------------------------------------------------------------------------------------------

@scene("tcp-split-at-every-byte", "a write and its answer, each split at every byte over two segments; a connection "
       "each")
def _(capture):
    question, answer = modbus(1, write(0, 7, 8)), modbus(1, wrote(0, 2))
    for port, cut in enumerate(range(1, len(question)), 40_000):
        connection = Connection(capture, port).open()
        connection.ask(question[:cut])
        connection.ask(question[cut:])
        connection.answer(answer)
        connection.close()
    for port, cut in enumerate(range(1, len(answer)), 41_000):
        connection = Connection(capture, port).open()
        connection.ask(question)
        connection.answer(answer[:cut])
        connection.answer(answer[cut:])
        connection.close()


@scene("tcp-byte-by-byte", "a question and its answer, one byte per segment")
def _(capture):
    connection = Connection(capture).open()
    for side, message in (("client", QUESTION), ("server", ANSWER)):
        for byte in message:
            connection.segment(side, bytes([byte]))
    connection.close()


@scene("tcp-many-in-a-segment", "twenty questions in a segment, their answers in two, cut inside the eleventh")
def _(capture):
    connection = Connection(capture).open()
    connection.ask(*(modbus(n, read(n, 1)) for n in range(20)))
    answers = b"".join(modbus(n, registers(n)) for n in range(20))
    connection.answer(answers[:115])
    connection.answer(answers[115:])
    connection.close()


@scene("tcp-retransmission", "a question and an answer sent again 200 ms later")
def _(capture):
    connection = Connection(capture).open()
    connection.ask(QUESTION, wait=200_000)
    connection.ask(QUESTION, at=-len(QUESTION))
    connection.answer(ANSWER, wait=200_000)
    connection.answer(ANSWER, at=-len(ANSWER))
    connection.exchange(modbus(2, read(0, 1)), modbus(2, registers(1)))
    connection.close()


def overlap(capture, second):
    """The first 15 of 17 bytes, then the last four, the first two of which, already sent, `second` may change."""
    message = modbus(1, write(0, 7, 8))
    connection = Connection(capture).open()
    connection.ask(message[:15])
    connection.ask(second(message[13:]), at=-2)
    connection.exchange(modbus(2, read(0, 1)), modbus(2, registers(1)))
    connection.close()


@scene("tcp-overlap-same-bytes", "two segments that overlap by two bytes, which agree")
def _(capture):
    overlap(capture, lambda rest: rest)


@scene("tcp-overlap-other-bytes", "two segments that overlap by two bytes, which differ: the value written is 7 or 999")
def _(capture):
    overlap(capture, lambda rest: words(999) + rest[2:])


@scene("tcp-retransmission-other-bytes", "a whole question sent again with another value before it was acknowledged")
def _(capture):
    connection = Connection(capture).open()
    question = modbus(1, write(0, 7))
    connection.ask(question)
    connection.ask(modbus(1, write(0, 999)), at=-len(question))
    connection.answer(modbus(1, wrote(0, 1)))
    connection.close()


@scene("tcp-out-of-order", "the second half of a question before its first; then three whole questions in the order "
       "2, 3, 1")
def _(capture):
    connection = Connection(capture).open()
    connection.ask(QUESTION[6:], at=6, move=False)
    connection.ask(QUESTION[:6])
    connection.sequence["client"] += len(QUESTION) - 6
    connection.answer(ANSWER)
    questions = [modbus(n, read(n, 1)) for n in (2, 3, 4)]
    size = len(questions[0])
    connection.ask(questions[1], at=size, move=False)
    connection.ask(questions[2], at=2 * size, move=False)
    connection.ask(questions[0])
    connection.sequence["client"] += 2 * size
    connection.answer(*(modbus(n, registers(n)) for n in (2, 3, 4)))
    connection.acknowledge()
    connection.close()


@scene("tcp-gap", "a segment lost by the mirror: the end of one question and the start of the next; good "
       "exchanges follow")
def _(capture):
    connection = Connection(capture).open()
    connection.exchange()
    connection.ask(modbus(2, write(0, 1, 2))[:9])
    connection.sequence["client"] += 16          # eight bytes of question 2 and eight of question 3 are not seen
    connection.ask(modbus(3, write(0, 3, 4))[8:])
    connection.answer(modbus(2, wrote(0, 2)), modbus(3, wrote(0, 2)))
    for transaction in range(4, 8):
        connection.exchange(modbus(transaction, read(0, 1)), modbus(transaction, registers(transaction)))
    connection.close()


@scene("tcp-midstream-from-answer", "recording begins in mid-stream, with an answer")
def _(capture):
    connection = Connection(capture)
    connection.answer(modbus(41, registers(1, 2)))
    connection.acknowledge()
    for transaction in range(42, 46):
        connection.exchange(modbus(transaction, read(0, 2)), modbus(transaction, registers(1, transaction)))
    connection.close()


@scene("tcp-midstream-inside-message", "recording begins in mid-stream, in the middle of an answer")
def _(capture):
    connection = Connection(capture)
    connection.answer(modbus(41, registers(*range(20)))[17:])
    connection.acknowledge()
    for transaction in range(42, 46):
        connection.exchange(modbus(transaction, read(0, 2)), modbus(transaction, registers(1, transaction)))
    connection.close()


@scene("tcp-syn-lost", "the connection's SYN was not recorded, its SYN-ACK was")
def _(capture):
    connection = Connection(capture, shown=("server",))
    connection.segment("client", flags=SYN)
    connection.segment("server", flags=SYN | ACK)
    connection.shown = ("client", "server")
    connection.acknowledge()
    connection.exchange()
    connection.close()


@scene("tcp-questions-only", "the mirror port shows only the client's direction")
def _(capture):
    connection = Connection(capture, shown=("client",)).open()
    for transaction in range(10):
        connection.exchange(modbus(transaction, read(0, 2)), modbus(transaction, registers(1, 2)))
    connection.close()


@scene("tcp-answers-only", "the mirror port shows only the server's direction")
def _(capture):
    connection = Connection(capture, shown=("server",)).open()
    for transaction in range(10):
        connection.exchange(modbus(transaction, read(0, 2)), modbus(transaction, registers(1, 2)))
    connection.close()


# --- Mirror duplicates ------------------------------------------------------------------------------------------------

def duplicated(capture, copy):
    """Four exchanges in which every frame is recorded twice, 80 us apart."""
    recorder = Capture(1, 262_144)
    connection = Connection(recorder).open()
    for transaction in range(4):
        connection.exchange(modbus(transaction, write(0, transaction)), modbus(transaction, wrote(0, 1)))
    connection.close()
    for _, _, frame in recorder.packets:
        capture.add(frame, 80)
        capture.add(copy(frame), 2000)


def with_lower_ttl(frame):
    header = frame[14:22] + bytes([frame[22] - 1, frame[23], 0, 0]) + frame[26:34]
    header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
    return frame[:6] + ROUTER_MAC + frame[12:14] + header + frame[34:]


@scene("duplicates-exact", "every frame twice, the same bytes")
def _(capture):
    duplicated(capture, lambda frame: frame)


@scene("duplicates-other-vlan", "every frame twice, the copy with VLAN tag 10")
def _(capture):
    duplicated(capture, lambda frame: frame[:12] + struct.pack(">HH", VLAN, 10) + frame[12:])


@scene("duplicates-other-ttl", "every frame twice, the copy after a router: TTL one less, the router's MAC as source")
def _(capture):
    duplicated(capture, with_lower_ttl)


@scene("duplicates-other-vlan-and-ttl", "every frame twice, the copy after a router in VLAN 20")
def _(capture):
    def routed(frame):
        copy = with_lower_ttl(frame)
        return copy[:12] + struct.pack(">HH", VLAN, 20) + copy[12:]

    duplicated(capture, routed)


@scene("repeats-are-no-duplicates", "Modbus/UDP every 500 us with the same payload, only the IP identification "
       "differs: repeats, not copies")
def _(capture):
    for _ in range(20):
        capture.add(wrap(ipv4(udp(modbus(1, read(0, 1)), 40_000, 502), UDP)), 500)


# --- Fragments --------------------------------------------------------------------------------------------------------

DATAGRAM = modbus(1, write(0, *range(100, 223)))        # 267 bytes with the UDP header: three fragments


def fragments_of(version):
    """A function from (offset, bytes, more) to a frame, and the datagram to be fragmented."""
    if version == 4:
        return (lambda offset, data, more: wrap(ipv4(data, UDP, identification=0x7777, offset=offset, more=more)),
                udp(DATAGRAM, 40_000, 502))
    return (lambda offset, data, more: wrap(ipv6(struct.pack(">BBHI", UDP, 0, offset | more, 0x77777777) + data, 44)),
            udp(DATAGRAM, 40_000, 502, HMI6, PLC6))


FRAGMENTS = [
    ("in-order", "three fragments in order", lambda d: [(0, d[:96], 1), (96, d[96:192], 1), (192, d[192:], 0)]),
    ("reversed", "three fragments, the last first", lambda d: [(192, d[192:], 0), (96, d[96:192], 1), (0, d[:96], 1)]),
    ("overlap-same-bytes", "the second fragment overlaps the first by 16 bytes, which agree",
     lambda d: [(0, d[:96], 1), (80, d[80:192], 1), (192, d[192:], 0)]),
    ("overlap-other-bytes", "the second fragment overlaps the first by 16 bytes, which differ",
     lambda d: [(0, d[:96], 1), (80, b"\xee" * 16 + d[96:192], 1), (192, d[192:], 0)]),
    ("teardrop", "the second fragment lies inside the first and says it is the last",
     lambda d: [(0, d[:96], 1), (24, d[24:28], 0)]),
    ("missing-last", "the last fragment never comes", lambda d: [(0, d[:96], 1), (96, d[96:192], 1)]),
    ("twice", "each fragment twice",
     lambda d: [(0, d[:96], 1)] * 2 + [(96, d[96:192], 1)] * 2 + [(192, d[192:], 0)] * 2),
]
for version in (4, 6):
    for name, meaning, cut in FRAGMENTS:
        @scene(f"ipv{version}-fragments-{name}", f"a Modbus/UDP write in IPv{version} fragments: {meaning}")
        def _(capture, version=version, cut=cut):
            frame, datagram = fragments_of(version)
            for offset, data, more in cut(datagram):
                capture.add(frame(offset, data, more))


@scene("ipv4-fragments-beyond-65535", "a fragment that would end beyond 65,535 bytes (ping of death)")
def _(capture):
    capture.add(wrap(ipv4(echo(1, bytes(1400)), ICMP, identification=0x7777, more=True)))
    capture.add(wrap(ipv4(bytes(400), ICMP, identification=0x7777, offset=65_520)))
