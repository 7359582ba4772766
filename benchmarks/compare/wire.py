"""How long a proxy has each request and its answer, by the kernel's own clock, so that what the two ends wait for is left out.

A packet socket on the loopback device sees the segments of one connection of small messages pass: from the client to the
proxy, on to the backend, and back. Each is stamped when it is handed to the network, and arrives at once. Needs root.
"""

import collections
import ctypes
import socket
import struct

SO_ATTACH_FILTER = 26
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
SOL_PACKET = 263
PACKET_STATISTICS = 6
PACKET_IGNORE_OUTGOING = 23
# All protocols: taps of one protocol come after it, and a fast answer is seen before what it answers.
ETH_P_ALL = 0x0003

# All that is kept until it is read: 80,000 small segments with what the kernel adds to each.
KEPT_BYTES = 512 << 20
SNAPSHOT = 96

# A record of TLS 1.3 with one byte for its type, a tag of 16 and a header of 5.
RECORD = 22
PERCENTILES = {"p50": 0.5, "p99": 0.99, "p999": 0.999}
# A message may share its segment with the end of the handshake, and is not seen then.
SEEN = 0.999
# IPv4 and TCP, without and with the timestamps that Linux sends.
HEADERS = (40, 52)


class Wire:
    """Watches messages of ``size`` bytes, between ``proxy`` and ``backend`` (ports) and one client, from now on."""

    def __init__(self, proxy, backend, size):
        self.hops = {("to", proxy): 0, ("to", backend): 1, ("from", backend): 2, ("from", proxy): 3}
        self.payloads = {proxy: size + RECORD, backend: size}
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, KEPT_BYTES)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.filter([payload + headers for payload in self.payloads.values() for headers in HEADERS])
        self.socket.setblocking(False)
        self.socket.bind(("lo", ETH_P_ALL))

    def filter(self, lengths):
        """Lets pass what has one of these total lengths (RFC 791), in the language of BPF."""
        load_half, jump_equal, give = 0x28, 0x15, 0x06
        program = [(load_half, 0, 0, 2)]
        program += [(jump_equal, len(lengths) - i, 0, length) for i, length in enumerate(lengths)]
        program += [(give, 0, 0, 0), (give, 0, 0, SNAPSHOT)]
        code = b"".join(struct.pack("=HBBI", *each) for each in program)
        self.code = ctypes.create_string_buffer(code, len(code))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(program), ctypes.addressof(self.code)))

    def end(self, count):
        """The percentiles of the time in the proxy, there and back, in µs, of ``count`` messages."""
        times = sorted(self.times())
        _, dropped = struct.unpack("II", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        self.socket.close()
        if dropped or len(times) < SEEN * count:
            raise RuntimeError(f"{len(times)} of {count} requests were seen, and {dropped} segments not")
        return {name: times[int(len(times) * part)] / 1e3 for name, part in PERCENTILES.items()}

    def times(self):
        segments = list(self.segments())
        # The flood has segments of these sizes, too, now and then.
        measured = {end: peers.most_common(1)[0][0] for end, peers in self.peers(segments).items()}
        times = []
        stamps = []
        for hop, end, peer, stamp in segments:
            if peer != measured[end]:
                continue
            if hop != len(stamps):
                # An exchange of which the beginning was not seen.
                stamps = []
                if hop != 0:
                    continue
            stamps.append(stamp)
            if len(stamps) == 4:
                times.append(stamps[1] - stamps[0] + stamps[3] - stamps[2])
                stamps = []
        return times

    def peers(self, segments):
        """How many segments each port has had with the proxy and with the backend."""
        counts = {port: collections.Counter() for port in self.payloads}
        for _, end, peer, _ in segments:
            counts[end][peer] += 1
        return counts

    def segments(self):
        while True:
            try:
                packet, ancillary, _, _ = self.socket.recvmsg(SNAPSHOT, 64)
            except BlockingIOError:
                return
            total, = struct.unpack_from("!H", packet, 2)
            header = (packet[0] & 15) * 4
            source, target = struct.unpack_from("!HH", packet, header)
            payload = total - header - (packet[header + 12] >> 4) * 4
            seconds, nanos = struct.unpack("ll", ancillary[0][2])
            for way, end, peer in (("to", target, source), ("from", source, target)):
                if self.payloads.get(end) == payload:
                    yield self.hops[way, end], end, peer, seconds * 1_000_000_000 + nanos
