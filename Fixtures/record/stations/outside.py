# SPDX-License-Identifier: Apache-2.0
"""A server on the outside: accepts whatever is sent to TCP 443, and answers briefly."""
import socketserver


class Taker(socketserver.BaseRequestHandler):
    def handle(self):
        while self.request.recv(4096):
            self.request.sendall(b"ok\n")


socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("203.0.113.50", 443), Taker).serve_forever()
