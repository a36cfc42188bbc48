"""A network for where namespaces are not allowed: a small proxy between each server and each database, all on this machine.

What a proxy does not pass on it keeps, as a network that loses packets does for those who send them again and again.
"""

import asyncio
import socket
import threading

from .namespaces import together


class Way:
    """One direction of a proxy."""

    def __init__(self):
        self.is_open = True
        self.delay = 0.0

    async def pass_on(self, data, writer):
        """Hands data on as soon as the way allows it."""
        if self.delay:
            await asyncio.sleep(self.delay)
        while not self.is_open:
            await asyncio.sleep(0.01)
        writer.write(data)
        await writer.drain()


class Loopback:
    """The proxies of one run."""

    name = "loopback, with proxies"

    def __init__(self, places):
        self.databases = [place for place in places if place.startswith("db")]
        self.nodes = [place for place in places if place not in self.databases]
        self.ports = {database: free_port() for database in self.databases}
        self.proxies = {(node, database): free_port() for node in self.nodes for database in self.databases}
        self.ways = {node: (Way(), Way()) for node in self.nodes}
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(started,), daemon=True)
        self.thread.start()
        started.wait()

    def run(self, started):
        """The thread of the proxies."""
        asyncio.set_event_loop(self.loop)
        for (node, database), port in self.proxies.items():
            def serve(reader, writer, node=node, database=database):
                return self.serve(reader, writer, node, database)
            self.loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", port))
        started.set()
        self.loop.run_forever()

    async def serve(self, reader, writer, node, database):
        """One connection of a server."""
        there, back = self.ways[node]
        while not (there.is_open and back.is_open):
            await asyncio.sleep(0.01)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.ports[database])
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, far_writer, there), pump(far_reader, writer, back))

    def within(self, _place):
        """What a command is put behind to run there."""
        return []

    def listens(self, place):
        """Address and port at which the database of a place listens."""
        return "127.0.0.1", self.ports[place]

    def route(self, node, database):
        """Address and port at which a server reaches a database."""
        return "127.0.0.1", self.proxies[node, database]

    def cut(self, place):
        """Closes both ways; what it gives opens them."""
        return together([self.lose_to_databases(place), self.lose_from_databases(place)])

    def lose_to_databases(self, node):
        """Closes the way to the database."""
        return closed(self.ways[node][0])

    def lose_from_databases(self, node):
        """Closes the way from the database."""
        return closed(self.ways[node][1])

    def slow(self, node, rng):
        """Makes one direction or both slow."""
        chosen = rng.choice([self.ways[node], self.ways[node][:1], self.ways[node][1:]])
        delay = rng.uniform(0.05, 0.5)
        for way in chosen:
            way.delay = delay

        def undo():
            for way in chosen:
                way.delay = 0.0
        return undo

    def close(self):
        """Ends the proxies."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)


def closed(way):
    """Closes a way; what it gives opens it."""
    way.is_open = False

    def undo():
        way.is_open = True
    return undo


async def pump(reader, writer, way):
    """Passes on what comes until one side ends."""
    try:
        while data := await reader.read(1 << 16):
            await way.pass_on(data, writer)
    except OSError:
        pass
    finally:
        writer.close()


def free_port():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
