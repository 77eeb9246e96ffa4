"""Serves tiles ``/{z}/{x}/{y}.png`` of one picture, on loopback, as a process of its own; prints its port.

    python tile_server.py NORTH SOUTH WEST EAST

The picture is green, and blue south of the middle between these latitudes.
"""

import io
import math
import struct
import sys
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NORTH, SOUTH, WEST, EAST = map(float, sys.argv[1:5])
GREEN, BLUE = (40, 110, 40), (40, 70, 160)
SIDE = 256


def latitude(y, zoom):
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**zoom))))


def png(rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    out = io.BytesIO()
    out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)))
    out.write(chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))) + chunk(b"IEND", b""))
    return out.getvalue()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        zoom, _, y = (int(part) for part in self.path.strip("/").split(".")[0].split("/"))
        middle = (NORTH + SOUTH) / 2
        rows = [bytes(GREEN if latitude(y + row / SIDE, zoom) > middle else BLUE) * SIDE for row in range(SIDE)]
        body = png(rows)
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
