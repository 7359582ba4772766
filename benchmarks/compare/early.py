"""Whole answers at a client whose server answers early: a 413 at once, and a close with the rest of the upload unread.

The kernel sends a reset behind the answer then. How many of the clients have the whole answer all the same?
"""

import select
import socket
import ssl
import threading
import time

UPLOAD = 4 << 20
CHUNK = 64 << 10
ANSWERS = (200, 30_000)
CLIENTS = 40
LONGEST = 10


def answer(size):
    body = b"x" * (size - 4) + b"end\n"
    return b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body


class EarlyServer:
    """Reads a little, answers, closes. `context`: its own TLS, for the clients that come without a proxy."""

    def __init__(self, context=None):
        self.context = context
        self.size = ANSWERS[0]
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        # Nagle's algorithm would keep the end of the answer until the close destroys it.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            if not connection.recv(1000):
                return
            connection.sendall(answer(self.size))
        except OSError:
            pass
        finally:
            connection.close()

    def close(self):
        self.listening.close()


class Client:
    """Uploads until it cannot, and reads whatever comes meanwhile. The TLS is apart from the socket: a send that fails says
    nothing of what has been received."""

    def __init__(self, raw):
        self.raw = raw
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = unverified().wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")
        self.received = b""
        self.open = True

    def handshake(self):
        while True:
            try:
                self.tls.do_handshake()
                self.raw.sendall(self.outgoing.read())
                return
            except ssl.SSLWantReadError:
                self.raw.sendall(self.outgoing.read())
                self.incoming.write(self.raw.recv(CHUNK))

    def exchange(self):
        self.raw.setblocking(False)
        left = [b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % UPLOAD]
        left += [bytes(CHUNK)] * (UPLOAD // CHUNK)
        pending = b""
        end = time.monotonic() + LONGEST
        while self.open and time.monotonic() < end:
            if not pending and left:
                self.tls.write(left.pop(0))
                pending = self.outgoing.read()
            readable, writable, _ = select.select([self.raw], [self.raw] if pending else [], [], 0.1)
            if readable:
                self.receive()
            if writable and pending:
                try:
                    pending = pending[self.raw.send(pending):]
                except BlockingIOError:
                    pass
                except OSError:
                    pending, left = b"", []  # The server wants no more of it.

    def receive(self):
        try:
            data = self.raw.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # A reset behind the answer, or within it: the bytes tell.
        self.open = bool(data)
        self.incoming.write(data)
        try:
            while plain := self.tls.read(CHUNK):
                self.received += plain
        except ssl.SSLError:
            pass  # No more for now.


def is_whole(port, size):
    with socket.create_connection(("127.0.0.1", port), timeout=LONGEST) as raw:
        client = Client(raw)
        client.handshake()
        client.exchange()
        return client.received == answer(size)


def await_handshake(port):
    """Waits until the port makes handshakes."""
    end = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=LONGEST) as raw:
                unverified().wrap_socket(raw).close()
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def unverified():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def count(port, size, server):
    server.size = size
    return sum(is_whole(port, size) for _ in range(CLIENTS))


class Early:
    """All proxies, one after the other, and no proxy for comparison."""

    def __init__(self, files, begin, end):
        self.files = files
        self.begin = begin
        self.end = end

    def all(self, proxies):
        results = {"direct": self.direct()}
        for proxy_class in proxies:
            server = EarlyServer()
            proxy = self.begin(proxy_class, server.port)
            try:
                results[proxy_class.name] = {size: count(proxy.ports["ecdsa"], size, server) for size in ANSWERS}
            finally:
                self.end(proxy)
                server.close()
            time.sleep(0.1)
        return results

    def direct(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.files.ecdsa_cert, self.files.ecdsa_key)
        server = EarlyServer(context)
        try:
            return {size: count(server.port, size, server) for size in ANSWERS}
        finally:
            server.close()


def table(results):
    lines = ["| whole answers of %d | " % CLIENTS + " | ".join(f"{size} B" for size in ANSWERS) + " |",
             "| --- |" + " --- |" * len(ANSWERS)]
    for name, by_size in results.items():
        lines.append(f"| {name} | " + " | ".join(str(by_size[size]) for size in ANSWERS) + " |")
    return "\n".join(lines)
