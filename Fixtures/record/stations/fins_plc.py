# SPDX-License-Identifier: Apache-2.0
"""A FINS server (UDP and TCP 9600) following Omron's W227: memory, controller data and status, clock, run and stop."""
import socketserver
import struct
import threading
from datetime import datetime

OK, UNKNOWN = b"\0\0", b"\x04\x01"
memory = {}
is_running = True


def bcd(*values):
    return bytes(value // 10 << 4 | value % 10 for value in values)


def execute(command, text):
    """The end code and the data of the response."""
    global is_running
    if command == 0x0101:
        area, word, _, count = struct.unpack(">BHBH", text[:6])
        return OK, b"".join(memory.get((area, word + n), b"\0\0") for n in range(count))
    if command == 0x0102:
        area, word, _, count = struct.unpack(">BHBH", text[:6])
        memory.update({(area, word + n): text[6 + 2 * n:8 + 2 * n] for n in range(count)})
        return OK, b""
    if command in (0x0401, 0x0402):
        is_running = command == 0x0401
        return OK, b""
    if command == 0x0501:
        area_data = struct.pack(">HBHBBHBBB", 60, 23, 32768, 8, 1, 512, 0, 0, 0)
        return OK, b"CJ2M-CPU33".ljust(20) + b"02.01".ljust(20) + bytes(40) + area_data
    if command == 0x0601:
        return OK, struct.pack(">BBHHHH", is_running, 4 if is_running else 0, 0, 0, 0, 0) + b" " * 16
    if command == 0x0701:
        now = datetime.now()
        return OK, bcd(now.year % 100, now.month, now.day, now.hour, now.minute, now.second, now.isoweekday() % 7)
    if command == 0x0702:
        return OK, b""
    return UNKNOWN, b""


def answer(frame):
    icf, _, _, *route, service = frame[:10]
    command, = struct.unpack(">H", frame[10:12])
    end, data = execute(command, frame[12:])
    return bytes([icf | 0x40, 0, 2, *route[3:], *route[:3], service]) + frame[10:12] + end + data


class Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        frame, wire = self.request
        wire.sendto(answer(frame), self.client_address)


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        while len(head := self.rfile.read(16)) == 16:
            length, command = struct.unpack(">4x2I", head[:12])
            data = self.rfile.read(length - 8)
            if command == 0:    # the client requests its node address
                command, data = 1, struct.pack(">II", int(self.client_address[0].split(".")[3]), 11)
            else:
                data = answer(data)
            self.wfile.write(b"FINS" + struct.pack(">III", len(data) + 8, command, 0) + data)


socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer.daemon_threads = True
stream = socketserver.ThreadingTCPServer(("0.0.0.0", 9600), Connection)
threading.Thread(target=stream.serve_forever, daemon=True).start()
socketserver.UDPServer(("0.0.0.0", 9600), Datagram).serve_forever()
