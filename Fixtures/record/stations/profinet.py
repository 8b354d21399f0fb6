# SPDX-License-Identifier: Apache-2.0
"""PROFINET stations without a stack (IEC 61158-6-10): cyclic RT frames and DCP.

usage: profinet.py device NAME ADDRESS CONTROLLER-MAC FRAME-ID
       profinet.py controller FRAME-ID=DEVICE-MAC...
       profinet.py tool STEP...

Steps of the tool: identify (all devices), find:NAME, name:MAC:NAME, address:MAC:ADDRESS, get:MAC, blink:MAC,
factory-reset:MAC, wait:SECONDS. MACs are written without colons.

Frames carry a priority tag (VLAN 0, priority 6), as PROFINET's do.
"""
import socket
import struct
import sys
import threading
import time

TAG, PROFINET = struct.pack(">HH", 0x8100, 6 << 13), struct.pack(">H", 0x8892)
EVERYBODY = bytes.fromhex("010ecf000000")
GET_SET, IDENTIFY, IDENTIFIED = 0xFEFD, 0xFEFE, 0xFEFF
GET, SET, IDENTIFY_SERVICE = 3, 4, 5
PERIOD = 0.032      # s; the cycle counter counts 31.25 µs

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x8892))
wire.bind(("eth0", 0x8892))
OWN = wire.getsockname()[4]


def send(target, frame_id, data):
    frame = target + OWN + TAG + PROFINET + struct.pack(">H", frame_id) + data
    wire.send(frame.ljust(64, b"\0"))


def block(option, suboption, value):
    return struct.pack(">BBH", option, suboption, len(value)) + value + bytes(len(value) & 1)


def dcp(service, kind, transaction, delay, blocks):
    return struct.pack(">BBIHH", service, kind, transaction, delay, len(blocks)) + blocks


def blocks_of(data):
    """The blocks of a DCP message: option, suboption, value."""
    service, kind, transaction, _, length = struct.unpack(">BBIHH", data[:10])
    at, found = 10, []
    while at + 4 <= 10 + length:
        option, suboption, size = struct.unpack(">BBH", data[at:at + 4])
        found.append((option, suboption, data[at + 4:at + 4 + size]))
        at += 4 + size + (size & 1)
    return service, kind, transaction, found


def exchange(peers):
    """Sends the cyclic frames of these (frame id, MAC) forever."""
    counter, due = 0, time.monotonic()
    while True:
        for frame_id, target in peers:
            data = struct.pack(">HH", counter >> 10 & 0xFFFF, frame_id & 7) + bytes(34) + b"\x80\x80"
            send(target, frame_id, data + struct.pack(">HBB", counter & 0xFFFF, 0x35, 0))
        counter += round(PERIOD / 31.25e-6)
        due += PERIOD
        time.sleep(max(0, due - time.monotonic()))


def device(name, address, controller, frame_id):
    name, address = name.encode(), socket.inet_aton(address)
    threading.Thread(target=exchange, args=([(int(frame_id, 16), bytes.fromhex(controller))],), daemon=True).start()
    while True:
        frame = wire.recv(1600)
        source, (frame_id,), data = frame[6:12], struct.unpack(">H", frame[14:16]), frame[16:]
        if frame_id not in (GET_SET, IDENTIFY):
            continue
        service, kind, transaction, blocks = blocks_of(data)
        station = {(2, 2): name, (1, 2): address + socket.inet_aton("255.255.255.0") + address[:3] + b"\1"}
        if service == IDENTIFY_SERVICE and kind == 0:
            wanted = blocks[0]
            if wanted[:2] == (2, 2) and wanted[2] != name:
                continue
            about = {**station, (2, 1): b"SIMATIC ET200SP", (2, 3): struct.pack(">HH", 0x002A, 0x0313),
                     (2, 4): b"\x01\x00"}
            answer = b"".join(block(*what, b"\0\0" + value) for what, value in about.items())
            send(source, IDENTIFIED, dcp(IDENTIFY_SERVICE, 1, transaction, 0, answer))
        elif service == GET and kind == 0:
            wanted = list(zip(data[10::2], data[11::2]))
            answer = b"".join(block(*what, b"\0\0" + station[what]) for what in wanted if what in station)
            send(source, GET_SET, dcp(GET, 1, transaction, 0, answer))
        elif service == SET and kind == 0:
            answer = b""
            for option, suboption, value in blocks:
                if (option, suboption) == (2, 2):
                    name = value[2:]
                elif (option, suboption) == (1, 2):
                    address = value[2:6]
                answer += block(5, 4, bytes([option, suboption, 0]))
            send(source, GET_SET, dcp(SET, 1, transaction, 0, answer))


def controller(*peers):
    peers = [(int(frame_id, 16), bytes.fromhex(target)) for frame_id, target in (peer.split("=") for peer in peers)]
    send(EVERYBODY, IDENTIFY, dcp(IDENTIFY_SERVICE, 0, 1, 255, block(255, 255, b"")))
    exchange(peers)


def setting(verb, arguments):
    permanent = b"\0\1"
    match verb:
        case "name":
            return block(2, 2, permanent + arguments[1].encode())
        case "address":
            addresses = map(socket.inet_aton, (arguments[1], "255.255.255.0", "0.0.0.0"))
            return block(1, 2, permanent + b"".join(addresses))
        case "blink":
            return block(5, 3, b"\0\0\1\0")
        case "factory-reset":
            return block(5, 6, b"\0\4")
    raise KeyError(verb)


def tool(*steps):
    transaction = 0x01000000
    for step in steps:
        verb, *arguments = step.split(":")
        transaction += 1
        if verb == "identify":
            send(EVERYBODY, IDENTIFY, dcp(IDENTIFY_SERVICE, 0, transaction, 255, block(255, 255, b"")))
        elif verb == "find":
            send(EVERYBODY, IDENTIFY, dcp(IDENTIFY_SERVICE, 0, transaction, 1, block(2, 2, arguments[0].encode())))
        elif verb == "get":
            send(bytes.fromhex(arguments[0]), GET_SET, dcp(GET, 0, transaction, 0, b"\x02\x02\x01\x02"))
        elif verb == "wait":
            time.sleep(float(arguments[0]))
        else:
            send(bytes.fromhex(arguments[0]), GET_SET, dcp(SET, 0, transaction, 0, setting(verb, arguments)))
        time.sleep(0.3)


{"device": device, "controller": controller, "tool": tool}[sys.argv[1]](*sys.argv[2:])
