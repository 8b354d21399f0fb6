# SPDX-License-Identifier: Apache-2.0
"""An SLMP server (3E and 4E frames, binary on TCP 5000, ASCII on TCP 5001), following manual SH(NA)-080956ENG."""
import socketserver
import threading

PASSWORD = b"k3yW"
MODEL, MODEL_CODE = b"R04CPU".ljust(16), 0x4800
COMMAND_UNKNOWN, PASSWORD_WRONG = 0xC059, 0xC200
CODES = {b"D*": 0xA8, b"W*": 0xB4, b"R*": 0xAF, b"M*": 0x90, b"X*": 0x9C, b"Y*": 0x9D, b"B*": 0xA0}
HEXADECIMAL = {0xB4, 0x9C, 0x9D, 0xA0}
memory = {(0xA8, number): 1000 + number for number in range(400)}


class Failure(Exception):
    pass


class Binary:
    """Reads and writes a message's fields: numbers of a given size, devices, bits."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, count):
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, size):
        return int.from_bytes(self.raw(size), "little")

    def device(self, subcommand):
        wide = subcommand & 2
        number = self.number(4 if wide else 3)
        return self.number(2 if wide else 1), number

    def bits(self, count):
        packed = self.raw((count + 1) // 2)
        return [packed[n // 2] >> (0 if n & 1 else 4) & 1 for n in range(count)]

    @staticmethod
    def put(value, size):
        return value.to_bytes(size, "little")

    @staticmethod
    def put_bits(bits):
        bits = bits + [0] * (len(bits) & 1)
        return bytes(bits[n] << 4 | bits[n + 1] for n in range(0, len(bits), 2))


class Text(Binary):
    def number(self, size):
        return int(self.raw(2 * size), 16)

    def device(self, subcommand):
        wide = subcommand & 2
        code = CODES[self.raw(4 if wide else 2)[:2]]
        return code, int(self.raw(8 if wide else 6), 16 if code in HEXADECIMAL else 10)

    def bits(self, count):
        return [byte & 1 for byte in self.raw(count)]

    @staticmethod
    def put(value, size):
        return b"%0*X" % (2 * size, value)

    @staticmethod
    def put_bits(bits):
        return bytes(0x30 + bit for bit in bits)


def execute(command, subcommand, body):
    """Executes the command and returns the data of the answer."""
    bitwise = subcommand & 1
    if command == 0x0401:
        (code, first), count = body.device(subcommand), body.number(2)
        values = [memory.get((code, first + n), 0) for n in range(count)]
        return body.put_bits([value & 1 for value in values]) if bitwise else b"".join(body.put(v, 2) for v in values)
    if command == 0x1401:
        (code, first), count = body.device(subcommand), body.number(2)
        values = body.bits(count) if bitwise else [body.number(2) for _ in range(count)]
        memory.update({(code, first + n): value for n, value in enumerate(values)})
        return b""
    if command == 0x0403:
        words, doubles = body.number(1), body.number(1)
        sizes = [2] * words + [4] * doubles
        return b"".join(body.put(memory.get(body.device(subcommand), 0), size) for size in sizes)
    if command == 0x1402:
        sizes = [1] * body.number(1) if bitwise else [2] * body.number(1) + [4] * body.number(1)
        for size in sizes:
            device = body.device(subcommand)
            memory[device] = body.number(2 if size == 1 and subcommand & 2 else size)
        return b""
    if command in (0x1001, 0x1002, 0x1003, 0x1005, 0x1006):   # remote run, stop, pause, latch clear, reset
        return b""
    if command == 0x0101:
        return MODEL + body.put(MODEL_CODE, 2)
    if command in (0x1630, 0x1631):
        if body.raw(body.number(2)) != PASSWORD:
            raise Failure(PASSWORD_WRONG)
        return b""
    if command == 0x0619:
        count = body.number(2)
        return body.put(count, 2) + body.raw(count)
    raise Failure(COMMAND_UNKNOWN)


class Connection(socketserver.StreamRequestHandler):
    fields = Binary
    scale = 1       # bytes on the wire for each byte of the message

    def handle(self):
        while True:
            subheader = self.rfile.read(2 * self.scale)
            if not subheader:
                return
            is_serial = subheader.startswith((b"\x54", b"54"))
            serial = self.rfile.read(4 * self.scale) if is_serial else b""
            access = self.rfile.read(5 * self.scale)
            length = self.fields(self.rfile.read(2 * self.scale)).number(2)
            body = self.fields(self.rfile.read(length))
            body.number(2)      # the monitoring timer
            command, subcommand = body.number(2), body.number(2)
            try:
                end, data = 0, execute(command, subcommand, body)
            except Failure as failure:
                end, data = failure.args[0], access + body.put(command, 2) + body.put(subcommand, 2)
            answer = body.put(end, 2) + data
            mark = bytes([subheader[0] | 0x80]) + subheader[1:] if self.scale == 1 else b"D" + subheader[1:]
            self.wfile.write(mark + serial + access + body.put(len(answer), 2) + answer)


class TextConnection(Connection):
    fields = Text
    scale = 2


socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer.daemon_threads = True
text = socketserver.ThreadingTCPServer(("0.0.0.0", 5001), TextConnection)
threading.Thread(target=text.serve_forever, daemon=True).start()
socketserver.ThreadingTCPServer(("0.0.0.0", 5000), Connection).serve_forever()
