# SPDX-License-Identifier: Apache-2.0
"""Scenes: messages that a Modbus device or an attacker may send."""
from made.capture import *


@scene("modbus-every-function", "every public function code: question and answer, then question and exception")
def _(capture):
    connection, transaction = Connection(capture).open(), 0
    for _, question, answer, exception in FUNCTIONS:
        for reply in (answer, bytes([question[0] | 0x80, exception])):
            transaction += 1
            connection.exchange(modbus(transaction, question), modbus(transaction, reply))
    connection.close()


@scene("modbus-broken-header", "protocol id not 0; length 0, 1, 255, 260 and 65535; each on its own connection, "
       "followed by a good exchange")
def _(capture):
    broken = [modbus(1, read(), protocol=1), modbus(1, read(), protocol=0xFFFF),
              *(modbus(1, read(), length=length) for length in (0, 1, 255, 260, 65_535))]
    for port, message in enumerate(broken, 40_000):
        connection = Connection(capture, port).open()
        connection.ask(message)
        connection.exchange(modbus(2, read(0, 4)), modbus(2, registers(1, 2, 3, 4)))
        connection.close()


@scene("modbus-unknown-functions", "function codes 0, 9, 10, 13, 14, 18, 65-72, 90, 100-110, 127, 128 and 255 with "
       "four bytes of data, answered by exception 1")
def _(capture):
    connection = Connection(capture).open()
    for transaction, code in enumerate((0, 9, 10, 13, 14, 18, *range(65, 73), 90, *range(100, 111), 127, 128, 255), 1):
        connection.exchange(modbus(transaction, bytes([code, 0, 1, 0, 2])),
                            modbus(transaction, bytes([code | 0x80, 1])))
    connection.close()


@scene("modbus-broken-fields", "questions that violate the specification: quantity 0, quantity too large, byte count "
       "that does not fit, coil value other than 0x0000 and 0xFF00, address beyond 65535, data too short or too long")
def _(capture):
    broken = [
        read(0, 0, 1), read(0, 2001, 1), read(0, 0, 2), read(0, 2001, 2), read(0, 0, 3), read(0, 126, 3), read(0, 0, 4),
        read(0, 126, 4), read(65_530, 10, 3),
        b"\x05" + words(1, 0x0001), b"\x05" + words(1, 0xFF01), b"\x05" + words(1, 0xFFFF),
        b"\x0f" + words(0, 0) + b"\x00", b"\x0f" + words(0, 1969) + b"\xf7" + bytes(247),
        b"\x0f" + words(0, 10) + b"\x01\xff", b"\x0f" + words(0, 10) + b"\x02\xff",
        b"\x10" + words(0, 0) + b"\x00", b"\x10" + words(0, 124) + b"\xf8" + bytes(247),
        b"\x10" + words(0, 2) + b"\x03\0\0\0", b"\x10" + words(0, 2) + b"\x04\0\0",
        b"\x10" + words(0, 1) + b"\x02\0\0\0\0",
        b"\x17" + words(0, 0, 0, 1) + b"\x02\0\0", b"\x17" + words(0, 126, 0, 1) + b"\x02\0\0",
        b"\x17" + words(0, 1, 0, 122) + b"\xf4" + bytes(240), b"\x17" + words(0, 1, 0, 2) + b"\x02\0\0",
        b"\x14\x06\x06" + words(1, 0, 1), b"\x14\x07\x05" + words(1, 0, 1), b"\x14\x07\x06" + words(0, 0, 1),
        b"\x15\x09\x06" + words(1, 0, 2, 7), b"\x03", b"\x03\x00", b"\x03\x00\x00\x00", read() + b"\x00", b"\x2b",
        b"\x2b\x0e\x05\x00", b"\x2b\x63\x00", b"\x16" + words(1, 2)]
    connection = Connection(capture).open()
    for transaction, question in enumerate(broken, 1):
        connection.exchange(modbus(transaction, question), modbus(transaction, bytes([question[0] | 0x80, 3])))
    connection.close()


@scene("modbus-broken-answers", "answers that do not fit: other function code, other byte count, other quantity, "
       "other echo, other unit; exceptions 0, 7, 9, 12 and 255, an exception without its code and one with too much")
def _(capture):
    pairs = [
        (read(0, 4), registers(1, 2, 3, 4, code=4)), (read(0, 4), registers(1, 2)), (read(0, 4), b"\x03\x08\x00\x01"),
        (read(0, 4), b"\x03\x07" + bytes(7)), (read(0, 16, 1), b"\x01\x01\xff"), (read(0, 4), b"\x84\x02"),
        (b"\x05" + words(1, 0xFF00), b"\x05" + words(1, 0)), (b"\x06" + words(1, 2), b"\x06" + words(2, 2)),
        (write(0, 1, 2), wrote(0, 3)), (write(0, 1, 2), wrote(1, 2)), (write(0, 1, 2), wrote(0, 2) + b"\0"),
        *((read(0, 4), bytes([0x83, code])) for code in (0, 7, 9, 12, 255)), (read(0, 4), b"\x83"),
        (read(0, 4), b"\x83\x02\x00")]
    connection = Connection(capture).open()
    for transaction, (question, answer) in enumerate(pairs, 1):
        connection.exchange(modbus(transaction, question), modbus(transaction, answer))
    connection.exchange(modbus(100, read(0, 4), unit=1), modbus(100, registers(1, 2, 3, 4), unit=2))
    connection.close()


@scene("modbus-unpaired", "an answer without a question, a question without an answer, an answer twice, two answers in "
       "the reverse order of their questions, a transaction id reused before its answer")
def _(capture):
    connection = Connection(capture).open()
    connection.answer(modbus(7, registers(1, 2)))
    connection.ask(modbus(8, read(0, 2)), wait=3_000_000)
    connection.exchange(modbus(9, read(0, 2)), modbus(9, registers(3, 4)))
    connection.answer(modbus(9, registers(3, 4)))
    connection.ask(modbus(10, read(10, 1)))
    connection.ask(modbus(11, read(11, 1)))
    connection.answer(modbus(11, registers(11)))
    connection.answer(modbus(10, registers(10)))
    connection.ask(modbus(12, read(12, 1)))
    connection.ask(modbus(12, read(13, 2)))
    connection.answer(modbus(12, registers(12)))
    connection.answer(modbus(12, registers(13, 14)))
    connection.close()


@scene("modbus-function-scan", "function codes 1-127 one after the other, exception 1 to those that the device lacks")
def _(capture):
    connection = Connection(capture).open()
    for code in range(1, 128):
        known = code in (3, 4)
        connection.exchange(modbus(code, bytes([code]) + words(0, 1)),
                            modbus(code, registers(0, code=code) if known else bytes([code | 0x80, 1])))
    connection.close()


@scene("modbus-unit-scan", "unit ids 0-255 asked for one register; unit 1 answers, the others with exception 11")
def _(capture):
    connection = Connection(capture).open()
    for unit in range(256):
        connection.exchange(modbus(unit, read(0, 1), unit),
                            modbus(unit, registers(5) if unit == 1 else b"\x83\x0b", unit))
    connection.close()


@scene("modbus-exception-burst", "one hundred reads in two seconds, each answered by exception 2")
def _(capture):
    connection = Connection(capture).open()
    for transaction in range(100):
        connection.ask(modbus(transaction, read(900 + transaction, 10)), wait=9000)
        connection.answer(modbus(transaction, b"\x83\x02"), wait=10_000)
        connection.acknowledge()
    connection.close()


@scene("modbus-port-10502", "Modbus/TCP on port 10502")
def _(capture):
    connection = Connection(capture, server_port=10_502).open()
    for transaction in range(8):
        connection.exchange(modbus(transaction, read(0, 4)), modbus(transaction, registers(1, 2, 3, transaction)))
    connection.close()


@scene("modbus-udp", "Modbus/UDP: reads, a write, an exception")
def _(capture):
    for transaction, (question, answer) in enumerate((
            (read(0, 2), registers(1, 2)), (write(10, 3), wrote(10, 1)), (read(9999, 1), b"\x83\x02")), 1):
        capture.add(wrap(ipv4(udp(modbus(transaction, question), 40_000, 502), UDP)))
        capture.add(wrap(ipv4(udp(modbus(transaction, answer), 502, 40_000, PLC, HMI), UDP, PLC, HMI), False))


@scene("modbus-rtu-over-tcp", "Modbus RTU frames over TCP port 502, right CRC; then question and answer back to back")
def _(capture):
    connection = Connection(capture).open()
    for question, answer in ((read(0, 2), registers(1, 2)), (b"\x06" + words(5, 77),) * 2, (read(900, 1), b"\x83\x02")):
        connection.exchange(rtu(question), rtu(answer))
    connection.ask(rtu(read(0, 1)), rtu(read(1, 1)))
    connection.answer(rtu(registers(1)), rtu(registers(2)))
    connection.close()


@scene("modbus-rtu-over-tcp-wrong-crc", "Modbus RTU frames over TCP port 502; the second question's and the third "
       "answer's CRC are wrong")
def _(capture):
    connection = Connection(capture).open()
    connection.exchange(rtu(read(0, 2)), rtu(registers(1, 2)))
    connection.exchange(rtu(read(0, 2), wrong=True), rtu(registers(1, 2)))
    connection.exchange(rtu(read(0, 2)), rtu(registers(1, 2), wrong=True))
    connection.close()


@scene("other-protocols-on-502", "HTTP, a TLS hello, and zeros on port 502: none is Modbus")
def _(capture):
    hello = b"\x03\x03" + bytes(range(32)) + b"\x00\x00\x04\x13\x01\x13\x02\x01\x00\x00\x07\x00\x2b\x00\x03\x02\x03\x04"
    hello = b"\x01" + len(hello).to_bytes(3, "big") + hello
    for port, (question, answer) in enumerate((
            (b"GET / HTTP/1.1\r\nHost: plc-1\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
            (b"\x16\x03\x01" + struct.pack(">H", len(hello)) + hello, b"\x15\x03\x03\x00\x02\x02\x28"),
            (bytes(64), bytes(64))), 40_000):
        connection = Connection(capture, port).open()
        connection.exchange(question, answer)
        connection.close()


@scene("modbus-lost-questions", "forty polls; the mirror port lost every fourth question")
def _(capture):
    connection = Connection(capture).open()
    for n in range(40):
        connection.shown = ("server",) if n % 4 == 3 else ("client", "server")
        connection.exchange(modbus(n, read(0, 4)), modbus(n, registers(1, 2, 3, 4)))


@scene("modbus-broken-first-message", "connections whose first message breaks its own framing: a length of 0x8804, "
       "another protocol number, a length of 1; the third continues with a good question and answer")
def _(capture):
    for port, broken in ((40_000, modbus(1, b"\x05" + bytes(440), length=0x8804)),
                         (40_001, modbus(1, read(1, 3), protocol=16)),
                         (40_002, modbus(1, read(1, 3), length=1))):
        connection = Connection(capture, port=port).open()
        connection.ask(broken)
        connection.acknowledge()
    connection.exchange(modbus(2, read(0, 4)), modbus(2, registers(1, 2, 3, 4)))


@scene("modbus-listen-only", "Force Listen Only Mode six times, which is not answered, and Restart Communications, "
       "which wakes the device")
def _(capture):
    connection = Connection(capture).open()
    connection.exchange()
    for n in range(6):
        connection.ask(modbus(10 + n, b"\x08" + words(4, 0)), wait=31_000_000)
        connection.acknowledge()
    connection.ask(modbus(20, b"\x08" + words(1, 0xFF00)), wait=31_000_000)
    connection.acknowledge()
    for n in range(3):
        connection.ask(modbus(30 + n, read(0, 4)))
        connection.answer(modbus(30 + n, registers(1, 2, 3, 4)), wait=31_000_000)
