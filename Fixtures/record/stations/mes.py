# SPDX-License-Identifier: Apache-2.0
"""The MES server: collects results from SCADA by HTTP, and serves its pages to the office by HTTPS.

usage: mes.py CERTIFICATE
"""
import http.server
import ssl
import sys
import threading
import time
import urllib.request

results = b"{}"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<html><title>MES</title><pre>" + results + b"</pre></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("0.0.0.0", 443), Page)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
while True:
    time.sleep(5)
    try:
        with urllib.request.urlopen("http://192.168.20.11:8080/values", timeout=2) as answer:
            results = answer.read()
    except OSError:
        pass
