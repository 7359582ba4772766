"""The pieces of work that every proxy is given."""

from dataclasses import dataclass, field

TLS12_RSA = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
MIB = 1 << 20


@dataclass(frozen=True)
class Work:
    """One row of the table. `count` units a round; bulk is counted in MiB."""

    name: str
    kind: str
    count: int
    listener: str = "ecdsa"
    words: dict = field(default_factory=dict)
    needs_client_certificate: bool = False

    @property
    def unit(self):
        return "MiB" if self.kind == "bulk" else "request" if self.kind == "exchanges" else "handshake"

    def fits(self, proxy):
        return self.words.get("group", "X25519") in proxy.groups or (proxy.plain and not self.words.get("group"))

    def command(self, proxy, count, files):
        words = dict(self.words, port=proxy.ports[self.listener])
        if proxy.plain:
            words = {key: value for key, value in words.items() if key not in ("version", "group", "suite", "resume")}
            words["plain"] = "true"
        elif self.needs_client_certificate:
            words.update(cert=files.client_cert, key=files.client_key)
        if self.kind == "bulk":
            words["bytes"] = count * MIB
        else:
            words["count"] = count
        return words


def handshake(name, count, **words):
    listener = words.pop("listener", "ecdsa")
    return Work(name, "handshakes", count, listener, words, listener == "mtls")


WORKS = [
    handshake("full 1.3 ECDSA", 1500, version="TLSv1.3"),
    handshake("full 1.3 RSA", 1000, version="TLSv1.3", listener="rsa"),
    handshake("full 1.3 ECDSA X25519MLKEM768", 1500, version="TLSv1.3", group="X25519MLKEM768"),
    handshake("full 1.3 mutual", 1200, version="TLSv1.3", listener="mtls"),
    handshake("resumed 1.3", 1500, version="TLSv1.3", resume="true"),
    handshake("full 1.2 ECDSA", 1500, version="TLSv1.2"),
    handshake("full 1.2 RSA", 1000, version="TLSv1.2", listener="rsa", suite=TLS12_RSA),
    handshake("resumed 1.2", 1500, version="TLSv1.2", resume="true"),
    Work("request 1 B", "exchanges", 30_000, words={"size": 1}),
    Work("request 1 KiB", "exchanges", 30_000, words={"size": 1024}),
    Work("request 16 KiB", "exchanges", 12_000, words={"size": 16_384}),
    Work("bulk to the client", "bulk", 512, words={"direction": "to-client"}),
    Work("bulk from the client", "bulk", 512, words={"direction": "from-client"}),
]
PACED = Work("request 1 KiB at 70 % load", "exchanges", 0, words={"size": 1024, "lanes": 64})
COLD = handshake("first 10,000 handshakes", 10_000, version="TLSv1.3")

# What a proxy is given before it is measured, of each kind, spread over the works of that kind: a JVM compiles for long.
WARM_UP = {"handshakes": 160_000, "exchanges": 300_000, "bulk": 4096}
IDLE_STEPS = (1, 1000, 8000)
