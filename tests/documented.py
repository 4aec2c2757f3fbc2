"""What tests of documented commands share."""
import random
import socket


def free_port():
    """One that the kernel does not give to others: below the range of its own choosing."""
    while True:
        with socket.socket() as probe:
            try:
                port = random.randrange(20000, 32000)
                probe.bind(("127.0.0.1", port))
                return str(port)
            except OSError:
                continue
