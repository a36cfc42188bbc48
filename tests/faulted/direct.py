"""No network of its own: everything on this machine, and nothing between servers and databases."""

from .loopback import free_port


class Direct:
    """Where each database listens."""

    def __init__(self, databases):
        self.ports = {database: free_port() for database in databases}

    def within(self, _place):
        """What a command is put behind to run there."""
        return []

    def listens(self, place):
        """Address and port at which the database of a place listens."""
        return "127.0.0.1", self.ports[place]

    def route(self, _node, database):
        """Address and port at which a server reaches a database."""
        return self.listens(database)
