"""Throw-away certificates for one run."""

import os
import subprocess


class Material:
    def __init__(self, folder):
        self.folder = folder
        self.ca = self._path("ca.crt")
        self.ecdsa_cert, self.ecdsa_key, self.ecdsa_pem = self.ecdsa("ecdsa")
        self.rsa_cert, self.rsa_key, self.rsa_pem = self._leaf("rsa", ["-newkey", "rsa:2048"])
        self._authority()
        self.client_cert, self.client_key = self._client()

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=self.folder)

    def ecdsa(self, name):
        """A new certificate; its file, that of its key, and that of both."""
        return self._leaf(name, ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])

    def _leaf(self, name, kind):
        cert, key, both = self._path(f"{name}.crt"), self._path(f"{name}.key"), self._path(f"{name}.pem")
        self._openssl("req", "-x509", *kind, "-nodes", "-days", "2", "-subj", "/CN=localhost",
                      "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert)
        with open(both, "wb") as out:
            for part in (cert, key):
                with open(part, "rb") as source:
                    out.write(source.read())
        os.chmod(both, 0o600)
        return cert, key, both

    def _authority(self):
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                      "-subj", "/CN=Clients", "-keyout", "ca.key", "-out", self.ca)

    def _client(self):
        with open(self._path("client.ext"), "w", encoding="ascii") as out:
            out.write("extendedKeyUsage=clientAuth\nsubjectAltName=DNS:client.example\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=client",
                      "-keyout", "client.key", "-out", "client.csr")
        self._openssl("x509", "-req", "-in", "client.csr", "-CA", self.ca, "-CAkey", "ca.key", "-CAcreateserial",
                      "-days", "2", "-extfile", "client.ext", "-out", "client.crt")
        return self._path("client.crt"), self._path("client.key")
