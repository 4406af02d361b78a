#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""proxy.py RTT_MS PORT...: a far-away network for services on loopback.

For each port it listens on one of its own, prints that, and hands on what
comes. A byte is half a round trip on its way. A connection's handshake costs
a whole one: the first bytes of a client, which here is connected at once, set
out that much later. Serves until the end of its standard input.
"""

import asyncio
import sys

CHUNK = 65536


class Way:
    """One direction of a connection: what comes is handed on `delay` later,
    in order, and not before `opens`."""

    def __init__(self, writer, delay, opens):
        self.writer = writer
        self.delay = delay
        self.opens = opens
        self.loop = asyncio.get_running_loop()

    def send(self, data):
        at = max(self.loop.time(), self.opens) + self.delay
        self.loop.call_at(at, self.deliver, data)

    def deliver(self, data):
        if self.writer.is_closing():
            return
        if data:
            self.writer.write(data)
        else:
            self.writer.close()

    async def carry(self, reader):
        try:
            while data := await reader.read(CHUNK):
                self.send(data)
        except ConnectionError:
            pass
        self.send(b'')


def serve(port, trip):
    async def accepted(reader, writer):
        opens = asyncio.get_running_loop().time() + trip
        far_reader, far_writer = await asyncio.open_connection(
            '127.0.0.1', port)
        await asyncio.gather(
            Way(far_writer, trip / 2, opens).carry(reader),
            Way(writer, trip / 2, opens).carry(far_reader))
    return asyncio.start_server(accepted, '127.0.0.1', 0, backlog=128)


async def main(trip, ports):
    loop = asyncio.get_running_loop()
    servers = [await serve(port, trip) for port in ports]
    for server in servers:
        print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == '__main__':
    asyncio.run(main(float(sys.argv[1]) / 1000,
                     [int(port) for port in sys.argv[2:]]))
