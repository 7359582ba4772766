"""The proxies that are compared: how each is configured, started and stopped.

All get one thread, the same certificates, X25519 and AES-128-GCM, no log of connections; Sallyport keeps its access log
and its metrics on. What is not said here is as packaged.
"""

import os
import shutil
import signal
import socket
import subprocess
import time

import procfs

SUITE13 = "TLS_AES_128_GCM_SHA256"
SUITES12 = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
LISTENERS = ("ecdsa", "rsa", "mtls")
MAX_CONNECTIONS = 9000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    """One proxy. `ports` are those of its listeners, by name, once it is started."""

    name = ""
    binary = ""
    package = ""
    plain = False
    groups = ("X25519",)

    def __init__(self, files, backend_port):
        self.files = files
        self.backend = backend_port
        self.ports = {}
        self.process = None
        self.started = 0.0

    @classmethod
    def missing(cls):
        return None if shutil.which(cls.binary) else f"{cls.binary} (Debian package {cls.package})"

    @classmethod
    def version(cls):
        return first_line([cls.binary, "-v"])

    def start(self, cores):
        """Starts it without waiting for anything."""
        self.ports = {name: free_port() for name in LISTENERS}
        folder = os.path.join(self.files.folder, self.name.replace(" ", "-"))
        os.makedirs(folder, exist_ok=True)
        config = os.path.join(folder, "config")
        with open(config, "w", encoding="ascii") as out:
            out.write(self.config(folder))
        with open(os.path.join(folder, "output"), "ab") as output:
            self.started = time.monotonic()
            self.process = subprocess.Popen(
                ["taskset", "-c", cores] + self.command(config),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder)

    def stop(self):
        if self.process is None:
            return
        pids = procfs.tree(self.process.pid) if self.process.poll() is None else []
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.process.wait(5)
        self.process = None

    def pid(self):
        return self.process.pid

    def config(self, folder):
        raise NotImplementedError

    def command(self, config):
        raise NotImplementedError


class HaProxy(Proxy):
    name = "haproxy"
    binary = "haproxy"
    package = "haproxy"

    def config(self, folder):
        files = self.files
        return f"""
global
  nbthread 1
  maxconn {MAX_CONNECTIONS}
  ssl-default-bind-options ssl-min-ver TLSv1.2 prefer-client-ciphers
  ssl-default-bind-ciphers {SUITES12}
  ssl-default-bind-ciphersuites {SUITE13}
  ssl-default-bind-curves X25519:P-256
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  default_backend app
frontend ecdsa
  bind 127.0.0.1:{self.ports['ecdsa']} {self.tls(f'ssl crt {files.ecdsa_pem}')}
frontend rsa
  bind 127.0.0.1:{self.ports['rsa']} {self.tls(f'ssl crt {files.rsa_pem}')}
frontend mtls
  bind 127.0.0.1:{self.ports['mtls']} {self.tls(f'ssl crt {files.ecdsa_pem} ca-file {files.ca} verify required')}
backend app
  server app 127.0.0.1:{self.backend}
"""

    def tls(self, words):
        return words

    def command(self, config):
        return ["haproxy", "-db", "-f", config]


class HaProxyLimited(HaProxy):
    """With its own protection against floods: no more handshakes a second than four fifths of what it does."""

    name = "haproxy with maxsslrate"
    rate = 0

    def config(self, folder):
        return super().config(folder).replace(
            "  nbthread 1\n", f"  nbthread 1\n  maxsslrate {max(1, int(self.rate * 0.8))}\n  maxsslconn 2000\n")


class HaProxyPlain(HaProxy):
    name = "haproxy without TLS"
    plain = True

    def tls(self, words):
        return ""


class Nginx(Proxy):
    name = "nginx"
    binary = "nginx"
    package = "nginx and libnginx-mod-stream"
    module = "/usr/lib/nginx/modules/ngx_stream_module.so"

    @classmethod
    def missing(cls):
        return super().missing() or (None if os.path.exists(cls.module) else "nginx's stream module (libnginx-mod-stream)")

    def config(self, folder):
        files = self.files
        server = "server {{ listen 127.0.0.1:{port} {tls} backlog=4096; {more} proxy_pass 127.0.0.1:{backend}; }}"

        def listener(name, more):
            return server.format(port=self.ports[name], tls="" if self.plain else "ssl",
                                 more="" if self.plain else more, backend=self.backend)

        ecdsa = f"ssl_certificate {files.ecdsa_cert}; ssl_certificate_key {files.ecdsa_key};"
        rsa = f"ssl_certificate {files.rsa_cert}; ssl_certificate_key {files.rsa_key};"
        clients = f"ssl_client_certificate {files.ca}; ssl_verify_client on;"
        return f"""
{'user root;' if os.geteuid() == 0 else ''}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr error;
load_module {self.module};
events {{ worker_connections {MAX_CONNECTIONS * 2}; }}
stream {{
  proxy_timeout 1h;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_ciphers {SUITES12};
  ssl_conf_command Ciphersuites {SUITE13};
  ssl_ecdh_curve X25519:prime256v1;
  ssl_session_cache shared:sessions:10m;
  {listener('ecdsa', ecdsa)}
  {listener('rsa', rsa)}
  {listener('mtls', ecdsa + ' ' + clients)}
}}
"""

    def command(self, config):
        return ["nginx", "-e", "stderr", "-c", config]


class NginxPlain(Nginx):
    name = "nginx without TLS"
    plain = True


class Hitch(Proxy):
    name = "hitch"
    binary = "hitch"
    package = "hitch"

    @classmethod
    def version(cls):
        return first_line(["hitch", "--version"])

    def config(self, folder):
        files = self.files
        user = 'user = "root"\n' if os.geteuid() == 0 else ""
        return f"""
frontend = {{ host = "127.0.0.1" port = "{self.ports['ecdsa']}" pem-file = "{files.ecdsa_pem}" }}
frontend = {{ host = "127.0.0.1" port = "{self.ports['rsa']}" pem-file = "{files.rsa_pem}" }}
frontend = {{ host = "127.0.0.1" port = "{self.ports['mtls']}" pem-file = "{files.ecdsa_pem}"
  client-verify = required client-verify-ca = "{files.ca}" }}
backend = "[127.0.0.1]:{self.backend}"
workers = 1
daemon = off
backlog = 4096
keepalive = 3600
tls-protos = TLSv1.2 TLSv1.3
ciphers = "{SUITES12}"
ciphersuites = "{SUITE13}"
ecdh-curve = "X25519:P-256"
log-level = 0
{user}"""

    def command(self, config):
        return ["hitch", f"--config={config}"]


class Stunnel(Proxy):
    name = "stunnel"
    binary = "stunnel"
    package = "stunnel4"

    @classmethod
    def version(cls):
        return first_line(["stunnel", "-version"], "stunnel")

    def config(self, folder):
        files = self.files

        def service(name, pem, more=""):
            return f"""
[{name}]
accept = 127.0.0.1:{self.ports[name]}
connect = 127.0.0.1:{self.backend}
cert = {pem}
sslVersionMin = TLSv1.2
ciphers = {SUITES12}
ciphersuites = {SUITE13}
curves = X25519:P-256
TIMEOUTidle = 3600
{more}"""

        return f"""
foreground = yes
pid =
syslog = no
debug = 3
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
""" + service("ecdsa", files.ecdsa_pem) + service("rsa", files.rsa_pem) + service(
            "mtls", files.ecdsa_pem, f"CAfile = {files.ca}\nverifyChain = yes\n")

    def command(self, config):
        return ["stunnel", config]


class Sallyport(Proxy):
    """With the jar, the JDK and the JVM's options that were chosen on the command line."""

    name = "sallyport"
    groups = ("X25519", "X25519MLKEM768")
    java = "java"
    options = ()
    jar = ""
    settings = ()

    @classmethod
    def missing(cls):
        if not shutil.which(cls.java):
            return f"{cls.java} (a JDK of 17 or later)"
        return None if os.path.exists(cls.jar) else f"{cls.jar} (mvn -B -ntp -DskipTests package)"

    @classmethod
    def version(cls):
        java = first_line([cls.java, "-version"])
        return f"{' '.join(first_line([cls.java, '-jar', cls.jar, 'version']).split())}, {java}, options: {' '.join(cls.options + cls.settings) or 'none'}"

    def config(self, folder):
        files = self.files

        def listener(name, cert, key, more=""):
            return f"""
  listeners.{name} {{
    bind = "127.0.0.1:{self.ports[name]}"
    backend = app
    tls.certificates = [ {{ chain = "{cert}", key = "{key}" }} ]
    {more}
  }}"""

        # In a folder of its own, since Sallyport watches that of its configuration.
        logs = os.path.join(folder, "log")
        os.makedirs(logs, exist_ok=True)
        clients = f'tls.client-auth {{ mode = require, trust-anchors = [ "{files.ca}" ] }}'
        return f"""
sallyport {{
  defaults.listener.limits.connections = {MAX_CONNECTIONS}
{listener('ecdsa', files.ecdsa_cert, files.ecdsa_key)}
{listener('rsa', files.rsa_cert, files.rsa_key)}
{listener('mtls', files.ecdsa_cert, files.ecdsa_key, clients)}
  backends.app.servers = [ "127.0.0.1:{self.backend}" ]
  admin.bind = "127.0.0.1:{free_port()}"
  access-log.target = "{logs}/access.log"
  {chr(10).join(self.settings)}
}}
"""

    def command(self, config):
        return [self.java, *self.options, "-jar", self.jar, "run", "-c", config]


def first_line(command, containing=""):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if containing in line]
    return lines[0] if lines else "unknown"
