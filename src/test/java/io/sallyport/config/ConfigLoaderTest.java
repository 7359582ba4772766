package io.sallyport.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.config.tls.TlsConfig;
import io.sallyport.testing.RecordText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    /** The least that is a configuration. */
    private static final String MINIMAL = """
            sallyport {
              listeners.https {
                bind = "127.0.0.1:8443"
                backend = app
                tls.certificates = [{ chain = "tls.crt", key = "tls.key" }]
              }
              backends.app.servers = ["127.0.0.1:8080"]
            }
            """;

    /** Every key, each with another value than its default. */
    private static final String EVERYTHING = """
            sallyport {
              event-loops = 3
              listeners.edge {
                bind = "[::1]:443"
                backend = api, starttls = smtp
                routes = [
                  { server-names = [b.example, "*.B.example."], backend = api
                    tls { certificates = [{ chain = r.crt, key = r.key, password-env = KEY_PASSWORD }], alpn = [h2] } }
                  { alpn = [acme-tls/1], backend = api, passthrough = on }
                ]
                tls {
                  profile = custom
                  protocols = [TLSv1.2]
                  ciphers = [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
                  groups = [P-256]
                  certificates = [
                    { chain = "tls.crt", key = "tls.key" }
                    { keystore = "/etc/site.p12", alias = site, password-file = "pass" }
                  ]
                  unknown-server-name = reject
                  missing-server-name = reject
                  alpn = [http/1.1]
                  client-auth {
                    mode = require
                    trust-anchors = ["ca.crt", system]
                    crls = [ca.crl, "http://pki.example/ca.crl"]
                    crl-distribution-points = on
                    crl-refresh = 10m
                    crl-storage = lists
                    crl-networks = ["10.1.0.0/16"]
                    crl-policy = hard-fail
                    max-depth = 1
                    send-ca-names = off
                    allow = [{ cn = ops, ou = Operations }, { dns = "*.clients.example" }]
                    deny = [{ serial = "0a:ff" }]
                  }
                  session { tickets = off, ticket-secret-file = secret, rotate = 1h, timeout = 90s, cache-size = 17 }
                  ocsp-stapling.response-file = [a.der, b.der]
                  recheck-clients = off
                  record-path = ssl-handler
                  rsa-signing = boringssl
                }
                limits {
                  connections = 5, when-full = reject, connections-per-source = 6, handshakes-in-flight = 7
                  handshake-queue { length = 8, deadline = 1s }, handshake-rate-per-source = 9
                }
                timeouts { handshake = 1500ms, idle = 2m, half-close = 0s, max-lifetime = 1d }
                proxy-protocol { accept = on, trusted = ["10.0.0.0/8", "unix:"] }, sources { allow = ["unix:"], deny = [10.0.0.0/24], deny-file = deny.txt, deny-ja4 = [t13d1516h2_8daaf6152771_e5627efa2ab1] }
              }, listeners.http { bind = "[::1]:80", redirect = https }
              backends.api {
                servers = ["db.internal:5432", { address = "10.0.0.2:5432", weight = 3, backup = on, max-connections = 90 }]
                balance = source-hash
                connect { timeout = 250ms, retries = 5 }, queue { length = 7, deadline = 2s }, source = 10.0.0.7, via = "socks5://me%40x@proxy:1080", via-password-file = pw, on-down = close
                health-check {
                  type = tcp, interval = 7s, timeout = 1s, jitter = 20%, rise = 4, fall = 5, path = /ready, expect = [204, 200], port = 8008, tls = on, send = "INFO;", expect-text = "role:master", host-header = db.lan
                }
                passive-health { consecutive-failures = 7, ejection = 1m, max-ejected = 25% }
                tls {
                  enabled = on, starttls = imap
                  server-name = "DB.example."
                  verify = pinned
                  trust-anchors = [db-ca.crt]
                  certificates = [{ chain = client.crt, key = client.key }]
                  allow = [{ spki-sha256 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]
                }
                proxy-protocol {
                  send = v2, tls-information = yes, client-certificate = on, crc32c = on
                  san-uri-type = 0xE1, san-dns-type = 226, sha256-type = 0xef
                }
              }
              dns { servers = ["10.0.0.10:53"], timeout = 1s, min-ttl = 2s, max-ttl = 10s }
              spiffe.endpoint-socket = "unix:///run/agent.sock"
              limits.connections = 10
              admin { bind = "0.0.0.0:9000", token-file = "token" }, metrics.bind = "[::]:9001"
              log { level = debug, format = text }
              access-log { target = "logs/access.log", format = json }
              reload { watch = off, poll = 1m, max-age = 2h }
              drain { delay = 5s, timeout = 1h }
              transport = nio
              acme.lan {
                directory = "https://ca.lan/acme/directory", challenge = http-01
                contact = ["ops@example.com"]
                agree-terms = on
                storage = "certs"
                key = rsa
                profile = shortlived
                renew-before = 2d
                trust-anchors = [lan.crt]
                external-account { key-id = "42", hmac-key-file = "lan.key" }
              }
            }
            """;

    @TempDir
    private Path directory;

    /** A key without a line here fails this test, and the next one too until it is given another value than the default. */
    @Test
    void fillsInDefaults() throws Exception {
        assertThat(lines(load(MINIMAL))).isEqualTo("""
                listeners.https.name = https
                listeners.https.bind.hostPort.host = 127.0.0.1
                listeners.https.bind.hostPort.port = 8443
                listeners.https.proxyProtocol.accept = false
                listeners.https.proxyProtocol.networks = []
                listeners.https.proxyProtocol.unixSockets = false
                listeners.https.sources.allow = []
                listeners.https.sources.deny = []
                listeners.https.sources.denyFile = null
                listeners.https.sources.denyJa4 = []
                listeners.https.sources.where = x.conf:2
                listeners.https.backend = app
                listeners.https.startTls = OFF
                listeners.https.redirect = OFF
                listeners.https.plain = false
                listeners.https.tls.policy.profile = INTERMEDIATE
                listeners.https.tls.policy.protocols = []
                listeners.https.tls.policy.ciphers = []
                listeners.https.tls.policy.groups = []
                listeners.https.tls.policy.where = x.conf:5
                listeners.https.tls.certificates[0].chain = tls.crt
                listeners.https.tls.certificates[0].key = tls.key
                listeners.https.tls.certificates[0].password = None
                listeners.https.tls.certificates[0].where = x.conf:5
                listeners.https.tls.unknownServerName = DEFAULT
                listeners.https.tls.missingServerName = DEFAULT
                listeners.https.tls.alpn = []
                listeners.https.tls.clientAuth.mode = NONE
                listeners.https.tls.clientAuth.trustAnchors = []
                listeners.https.tls.clientAuth.crls = []
                listeners.https.tls.clientAuth.fetchedCrls.urls = []
                listeners.https.tls.clientAuth.fetchedCrls.distributionPoints = false
                listeners.https.tls.clientAuth.fetchedCrls.refresh = PT1H
                listeners.https.tls.clientAuth.fetchedCrls.storage = crls
                listeners.https.tls.clientAuth.fetchedCrls.networks = []
                listeners.https.tls.clientAuth.crlPolicy = SOFT_FAIL
                listeners.https.tls.clientAuth.maxDepth = 4
                listeners.https.tls.clientAuth.sendCaNames = true
                listeners.https.tls.clientAuth.allow = []
                listeners.https.tls.clientAuth.deny = []
                listeners.https.tls.clientAuth.where = x.conf:5
                listeners.https.tls.recheckClients = true
                listeners.https.tls.session.tickets = AUTO
                listeners.https.tls.session.ticketSecretFile = null
                listeners.https.tls.session.rotate = PT12H
                listeners.https.tls.session.timeout = PT1H
                listeners.https.tls.session.cacheSize = 20000
                listeners.https.tls.ocspResponses = []
                listeners.https.tls.recordPath = DIRECT
                listeners.https.tls.rsaSigning = AUTO
                listeners.https.routes = []
                listeners.https.limits.connections = 10000
                listeners.https.limits.whenFull = WAIT
                listeners.https.limits.connectionsPerSource = 0
                listeners.https.limits.handshakesInFlight = 0
                listeners.https.limits.handshakeQueue.length = 1000
                listeners.https.limits.handshakeQueue.deadline = PT3S
                listeners.https.limits.handshakeRatePerSource = 0
                listeners.https.timeouts.handshake = PT10S
                listeners.https.timeouts.idle = PT1H
                listeners.https.timeouts.halfClose = PT1M
                listeners.https.timeouts.maxLifetime = PT0S
                backends.app.name = app
                backends.app.servers[0].address.hostPort.host = 127.0.0.1
                backends.app.servers[0].address.hostPort.port = 8080
                backends.app.servers[0].weight = 1
                backends.app.servers[0].backup = false
                backends.app.servers[0].maxConnections = 0
                backends.app.balance = ROUND_ROBIN
                backends.app.connectTimeout = PT3S
                backends.app.retries = 2
                backends.app.queue.length = 1000
                backends.app.queue.deadline = PT3S
                backends.app.queue.written = null
                backends.app.wayOut.source.address = null
                backends.app.wayOut.source.isClient = false
                backends.app.wayOut.via = null
                backends.app.wayOut.viaPasswordFile = null
                backends.app.wayOut.where = x.conf:7
                backends.app.onDown = KEEP
                backends.app.proxyProtocol.version = OFF
                backends.app.proxyProtocol.tlsInformation = true
                backends.app.proxyProtocol.clientCertificate = false
                backends.app.proxyProtocol.crc32c = false
                backends.app.proxyProtocol.sanUriType = 0
                backends.app.proxyProtocol.sanDnsType = 0
                backends.app.proxyProtocol.sha256Type = 0
                backends.app.healthCheck.type = NONE
                backends.app.healthCheck.interval = PT5S
                backends.app.healthCheck.timeout = PT2S
                backends.app.healthCheck.jitterPercent = 10
                backends.app.healthCheck.rise = 2
                backends.app.healthCheck.fall = 3
                backends.app.healthCheck.path = /
                backends.app.healthCheck.expect[0] = 200
                backends.app.healthCheck.port = null
                backends.app.healthCheck.tls = false
                backends.app.healthCheck.send = null
                backends.app.healthCheck.expectText = null
                backends.app.healthCheck.hostHeader = null
                backends.app.passiveHealth.consecutiveFailures = 3
                backends.app.passiveHealth.ejection = PT10S
                backends.app.passiveHealth.maxEjectedPercent = 50
                backends.app.tls.enabled = false
                backends.app.tls.serverName = null
                backends.app.tls.verify = FULL
                backends.app.tls.trustAnchors[0] = SystemStore
                backends.app.tls.certificates = []
                backends.app.tls.allow = []
                backends.app.tls.startTls = OFF
                backends.app.tls.where = x.conf:7
                eventLoops = 0
                transport = AUTO
                dns.servers = []
                dns.timeout = PT2S
                dns.minTtl = PT1S
                dns.maxTtl = PT5M
                spiffe.endpoint = null
                limits.connections = -1
                admin.bind.host = 127.0.0.1
                admin.bind.port = 9901
                admin.tokenFile = null
                admin.where = x.conf:1
                metrics.bind = null
                log.level = INFO
                log.format = JSON
                accessLog.target = Stdout
                drain.delay = PT0S
                drain.timeout = PT30S
                reload.watch = true
                reload.poll = PT10S
                reload.maxAge = PT0S
                """);
    }

    @Test
    void mapsEveryKey() throws Exception {
        // What a route says of TLS is over all that its listener says, and a redirect goes with few of the other keys.
        assertThat(lines(load(EVERYTHING))
                        .replaceAll("(?m)^(.*routes\\[\\d]\\.tls\\.|listeners\\.http\\.(?!redirect)).*\\R", ""))
                .isEqualTo("""
                listeners.edge.name = edge
                listeners.edge.bind.hostPort.host = ::1
                listeners.edge.bind.hostPort.port = 443
                listeners.edge.proxyProtocol.accept = true
                listeners.edge.proxyProtocol.networks[0].address = /10.0.0.0
                listeners.edge.proxyProtocol.networks[0].prefixBits = 8
                listeners.edge.proxyProtocol.unixSockets = true
                listeners.edge.sources.allow[0].network = Optional.empty
                listeners.edge.sources.deny[0].network = Optional[10.0.0.0/24]
                listeners.edge.sources.denyFile = deny.txt
                listeners.edge.sources.denyJa4[0] = t13d1516h2_8daaf6152771_e5627efa2ab1
                listeners.edge.sources.where = x.conf:48
                listeners.edge.backend = api
                listeners.edge.startTls = SMTP
                listeners.edge.redirect = OFF
                listeners.edge.plain = false
                listeners.edge.tls.policy.profile = CUSTOM
                listeners.edge.tls.policy.protocols[0] = TLSv1.2
                listeners.edge.tls.policy.ciphers[0] = TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
                listeners.edge.tls.policy.groups[0] = P-256
                listeners.edge.tls.policy.where = x.conf:11
                listeners.edge.tls.certificates[0].chain = tls.crt
                listeners.edge.tls.certificates[0].key = tls.key
                listeners.edge.tls.certificates[0].password = None
                listeners.edge.tls.certificates[0].where = x.conf:17
                listeners.edge.tls.certificates[1].keystore = /etc/site.p12
                listeners.edge.tls.certificates[1].alias = site
                listeners.edge.tls.certificates[1].password.path = pass
                listeners.edge.tls.certificates[1].where = x.conf:18
                listeners.edge.tls.unknownServerName = REJECT
                listeners.edge.tls.missingServerName = REJECT
                listeners.edge.tls.alpn[0] = http/1.1
                listeners.edge.tls.clientAuth.mode = REQUIRE
                listeners.edge.tls.clientAuth.trustAnchors[0].file = ca.crt
                listeners.edge.tls.clientAuth.trustAnchors[1] = SystemStore
                listeners.edge.tls.clientAuth.crls[0] = ca.crl
                listeners.edge.tls.clientAuth.fetchedCrls.urls[0] = http://pki.example/ca.crl
                listeners.edge.tls.clientAuth.fetchedCrls.distributionPoints = true
                listeners.edge.tls.clientAuth.fetchedCrls.refresh = PT10M
                listeners.edge.tls.clientAuth.fetchedCrls.storage = lists
                listeners.edge.tls.clientAuth.fetchedCrls.networks[0].address = /10.1.0.0
                listeners.edge.tls.clientAuth.fetchedCrls.networks[0].prefixBits = 16
                listeners.edge.tls.clientAuth.crlPolicy = HARD_FAIL
                listeners.edge.tls.clientAuth.maxDepth = 1
                listeners.edge.tls.clientAuth.sendCaNames = false
                listeners.edge.tls.clientAuth.allow[0].conditions[0].name = CN
                listeners.edge.tls.clientAuth.allow[0].conditions[0].value = ops
                listeners.edge.tls.clientAuth.allow[0].conditions[1].name = OU
                listeners.edge.tls.clientAuth.allow[0].conditions[1].value = Operations
                listeners.edge.tls.clientAuth.allow[1].conditions[0].pattern.kind = DNS
                listeners.edge.tls.clientAuth.allow[1].conditions[0].pattern.segments[0] = *
                listeners.edge.tls.clientAuth.allow[1].conditions[0].pattern.segments[1] = clients
                listeners.edge.tls.clientAuth.allow[1].conditions[0].pattern.segments[2] = example
                listeners.edge.tls.clientAuth.allow[1].conditions[0].pattern.openEnded = false
                listeners.edge.tls.clientAuth.deny[0].conditions[0].number = 2815
                listeners.edge.tls.clientAuth.where = x.conf:23
                listeners.edge.tls.recheckClients = false
                listeners.edge.tls.session.tickets = OFF
                listeners.edge.tls.session.ticketSecretFile = secret
                listeners.edge.tls.session.rotate = PT1H
                listeners.edge.tls.session.timeout = PT1M30S
                listeners.edge.tls.session.cacheSize = 17
                listeners.edge.tls.ocspResponses[0] = a.der
                listeners.edge.tls.ocspResponses[1] = b.der
                listeners.edge.tls.recordPath = SSL_HANDLER
                listeners.edge.tls.rsaSigning = BORINGSSL
                listeners.edge.routes[0].serverNames[0] = b.example
                listeners.edge.routes[0].serverNames[1] = *.b.example
                listeners.edge.routes[0].alpn = []
                listeners.edge.routes[0].sources.allow = []
                listeners.edge.routes[0].sources.deny = []
                listeners.edge.routes[0].sources.denyFile = null
                listeners.edge.routes[0].sources.denyJa4 = []
                listeners.edge.routes[0].sources.where = x.conf:7
                listeners.edge.routes[0].backend = api
                listeners.edge.routes[0].passthrough = false
                listeners.edge.routes[1].serverNames = []
                listeners.edge.routes[1].alpn[0] = acme-tls/1
                listeners.edge.routes[1].sources.allow = []
                listeners.edge.routes[1].sources.deny = []
                listeners.edge.routes[1].sources.denyFile = null
                listeners.edge.routes[1].sources.denyJa4 = []
                listeners.edge.routes[1].sources.where = x.conf:9
                listeners.edge.routes[1].backend = api
                listeners.edge.routes[1].passthrough = true
                listeners.edge.limits.connections = 5
                listeners.edge.limits.whenFull = REJECT
                listeners.edge.limits.connectionsPerSource = 6
                listeners.edge.limits.handshakesInFlight = 7
                listeners.edge.limits.handshakeQueue.length = 8
                listeners.edge.limits.handshakeQueue.deadline = PT1S
                listeners.edge.limits.handshakeRatePerSource = 9
                listeners.edge.timeouts.handshake = PT1.5S
                listeners.edge.timeouts.idle = PT2M
                listeners.edge.timeouts.halfClose = PT0S
                listeners.edge.timeouts.maxLifetime = PT24H
                listeners.http.redirect = HTTPS
                backends.api.name = api
                backends.api.servers[0].address.hostPort.host = db.internal
                backends.api.servers[0].address.hostPort.port = 5432
                backends.api.servers[0].weight = 1
                backends.api.servers[0].backup = false
                backends.api.servers[0].maxConnections = 0
                backends.api.servers[1].address.hostPort.host = 10.0.0.2
                backends.api.servers[1].address.hostPort.port = 5432
                backends.api.servers[1].weight = 3
                backends.api.servers[1].backup = true
                backends.api.servers[1].maxConnections = 90
                backends.api.balance = SOURCE_HASH
                backends.api.connectTimeout = PT0.25S
                backends.api.retries = 5
                backends.api.queue.length = 7
                backends.api.queue.deadline = PT2S
                backends.api.queue.written = x.conf:53
                backends.api.wayOut.source.address = /10.0.0.7
                backends.api.wayOut.source.isClient = false
                backends.api.wayOut.via.kind = SOCKS5
                backends.api.wayOut.via.proxy.host = proxy
                backends.api.wayOut.via.proxy.port = 1080
                backends.api.wayOut.via.user = me@x
                backends.api.wayOut.viaPasswordFile = pw
                backends.api.wayOut.where = x.conf:50
                backends.api.onDown = CLOSE
                backends.api.proxyProtocol.version = V2
                backends.api.proxyProtocol.tlsInformation = true
                backends.api.proxyProtocol.clientCertificate = true
                backends.api.proxyProtocol.crc32c = true
                backends.api.proxyProtocol.sanUriType = 225
                backends.api.proxyProtocol.sanDnsType = 226
                backends.api.proxyProtocol.sha256Type = 239
                backends.api.healthCheck.type = TCP
                backends.api.healthCheck.interval = PT7S
                backends.api.healthCheck.timeout = PT1S
                backends.api.healthCheck.jitterPercent = 20
                backends.api.healthCheck.rise = 4
                backends.api.healthCheck.fall = 5
                backends.api.healthCheck.path = /ready
                backends.api.healthCheck.expect[0] = 204
                backends.api.healthCheck.expect[1] = 200
                backends.api.healthCheck.port = 8008
                backends.api.healthCheck.tls = true
                backends.api.healthCheck.send = INFO;
                backends.api.healthCheck.expectText = role:master
                backends.api.healthCheck.hostHeader = db.lan
                backends.api.passiveHealth.consecutiveFailures = 7
                backends.api.passiveHealth.ejection = PT1M
                backends.api.passiveHealth.maxEjectedPercent = 25
                backends.api.tls.enabled = true
                backends.api.tls.serverName = db.example
                backends.api.tls.verify = PINNED
                backends.api.tls.trustAnchors[0].file = db-ca.crt
                backends.api.tls.certificates[0].chain = client.crt
                backends.api.tls.certificates[0].key = client.key
                backends.api.tls.certificates[0].password = None
                backends.api.tls.certificates[0].where = x.conf:63
                backends.api.tls.allow[0].conditions[0].spkiSha256 = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
                backends.api.tls.startTls = IMAP
                backends.api.tls.where = x.conf:58
                eventLoops = 3
                transport = NIO
                dns.servers[0].host = 10.0.0.10
                dns.servers[0].port = 53
                dns.timeout = PT1S
                dns.minTtl = PT2S
                dns.maxTtl = PT10S
                spiffe.endpoint.path = /run/agent.sock
                limits.connections = 10
                admin.bind.host = 0.0.0.0
                admin.bind.port = 9000
                admin.tokenFile = token
                admin.where = x.conf:74
                metrics.bind.host = ::
                metrics.bind.port = 9001
                log.level = DEBUG
                log.format = TEXT
                accessLog.target.path = logs/access.log
                drain.delay = PT5S
                drain.timeout = PT1H
                reload.watch = false
                reload.poll = PT1M
                reload.maxAge = PT2H
                """);
    }

    @Test
    void letsARouteReplaceWhatItSaysOfTls() throws Exception {
        ListenerConfig listener =
                load(EVERYTHING).listeners().values().iterator().next();
        TlsConfig over = listener.routes().get(0).tls();

        assertThat(over.alpn()).containsExactly("h2");
        assertThat(over.certificates())
                .containsExactly(new CertificateConfig.Pem(
                        directory.resolve("r.crt"),
                        directory.resolve("r.key"),
                        new PasswordConfig.Variable("KEY_PASSWORD"),
                        file() + ":8"));
        assertThat(over.clientAuth()).isEqualTo(listener.tls().clientAuth());
        assertThat(over.session()).isEqualTo(listener.tls().session());
        assertThat(listener.routes().get(1).tls()).isEqualTo(listener.tls());
    }

    @Test
    void givesEveryKeyAnotherValueThanItsDefault() {
        Config reference = ConfigFactory.parseResources("reference.conf").getConfig("sallyport");
        Config everything = ConfigFactory.parseString(EVERYTHING).getConfig("sallyport");

        Config defaults = reference.getConfig("defaults");
        Config others = reference
                .withoutPath("defaults")
                .withoutPath("listeners")
                .withoutPath("backends")
                .withoutPath("acme");
        assertDiffers(others, everything);
        assertDiffers(
                defaults.getConfig("listener"),
                everything.getConfig("listeners.edge").withFallback(everything.getConfig("listeners.http")));
        assertDiffers(defaults.getConfig("backend"), everything.getConfig("backends.api"));
        assertDiffers(defaults.getConfig("acme"), everything.getConfig("acme.lan"));
    }

    private static void assertDiffers(Config defaults, Config given) {
        defaults.root().forEach((key, value) -> {
            String path = ConfigUtil.joinPath(key);
            String where = value.origin().description() + " " + path;
            assertThat(given.hasPath(path)).as(where).isTrue();
            if (value instanceof ConfigObject object) {
                assertDiffers(object.toConfig(), given.getConfig(path));
            } else if (!key.equals("format") || !value.unwrapped().equals("json")) {
                assertThat(given.getValue(path).unwrapped()).as(where).isNotEqualTo(value.unwrapped());
            }
        });
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
                    listeners.https.bind = "70000" => listeners.https.bind: "70000" (expected: host:port or [v6]:port, port 0..65535, or unix:/path of at most 100 bytes, or systemd:NAME)
                    listeners.https.bind = "127.0.0.1:70000" => listeners.https.bind: "127.0.0.1:70000" (expected: host:port or [v6]:port, port 0..65535, or unix:/path of at most 100 bytes, or systemd:NAME)
                    listeners.https.bind = 8443 => listeners.https.bind: "8443" (expected: host:port or [v6]:port, port 0..65535, or unix:/path of at most 100 bytes, or systemd:NAME)
                    listeners.https.bind = "::1:8443" => listeners.https.bind: "::1:8443" (expected: host:port or [v6]:port, port 0..65535, or unix:/path of at most 100 bytes, or systemd:NAME)
                    listeners.https.bind = ["127.0.0.1:8443"] => listeners.https.bind: a list (expected: host:port or [v6]:port, port 0..65535, or unix:/path of at most 100 bytes, or systemd:NAME)
                    listeners.https.backend = ap => listeners.https.backend: "ap" (expected: one of the backends [app])
                    listeners.https.backend = {} => listeners.https.backend: { ... } (expected: text)
                    listeners.https.tls.profile = legacy => listeners.https.tls.profile: "legacy" (expected: modern | intermediate | old | custom)
                    listeners.https.tls.profile = Modern => listeners.https.tls.profile: "Modern" (expected: modern | intermediate | old | custom)
                    listeners.https.tls.certificates = [] => listeners.https.tls.certificates: none (expected: at least one { chain = FILE, key = FILE })
                    listeners.https.tls.certificates = [tls.crt] => listeners.https.tls.certificates[0]: "tls.crt" (expected: { ... })
                    listeners.https.tls.certificates = [{ chain = a }] => listeners.https.tls.certificates[0].key: missing (expected: a file)
                    listeners.https.tls.certificates = [{ key = a }] => listeners.https.tls.certificates[0].chain: missing (expected: a file)
                    listeners.https.tls.client-auth.mode = required => listeners.https.tls.client-auth.mode: "required" (expected: none | request | require | pinned | unverified)
                    listeners.https.tls.client-auth.mode = require => listeners.https.tls.client-auth.trust-anchors: [] (expected: at least one file, or system, when mode is require)
                    listeners.https.tls.client-auth.trust-anchors = [{}] => listeners.https.tls.client-auth.trust-anchors: { ... } (expected: a PEM file, the word system or the word spiffe)
                    listeners.https.tls.session.tickets = on => listeners.https.tls.session.tickets: "on" (expected: auto | off)
                    listeners.https.tls.session.cache-size = -1 => listeners.https.tls.session.cache-size: "-1" (expected: 0..10000000)
                    listeners.https.limits.connections = many => listeners.https.limits.connections: "many" (expected: a whole number, 0 or more)
                    listeners.https.limits.connections = 1.5 => listeners.https.limits.connections: "1.5" (expected: a whole number, 0 or more)
                    listeners.https.limits.when-full = queue => listeners.https.limits.when-full: "queue" (expected: wait | reject)
                    listeners.https.proxy-protocol.accept = on => listeners.https.proxy-protocol.trusted: none (expected: the networks whose headers are believed, since accept is on)
                    listeners.https.proxy-protocol { accept = on, trusted = [] } => listeners.https.proxy-protocol.trusted: none (expected: the networks whose headers are believed, since accept is on)
                    listeners.https.sources.allow = [10.0.0.1/8] => listeners.https.sources.allow: "10.0.0.1/8" (expected: an address, or a network as 10.0.0.0/8 with no bit set behind its prefix; or unix: for peers on a unix-domain socket)
                    listeners.https.sources.deny = [db.example] => listeners.https.sources.deny: "db.example" (expected: an address, or a network as 10.0.0.0/8 with no bit set behind its prefix; or unix: for peers on a unix-domain socket)
                    listeners.https.sources.deny-ja4 = [q13d1516h2_8daaf6152771_e5627efa2ab1] => listeners.https.sources.deny-ja4: "q13d1516h2_8daaf6152771_e5627efa2ab1" (expected: a JA4 fingerprint of TLS over TCP, as t13d1516h2_8daaf6152771_e5627efa2ab1)
                    listeners.plain { bind = ":0", backend = app, sources.deny-ja4 = [t13d1516h2_8daaf6152771_e5627efa2ab1] } => listeners.plain.sources.deny-ja4: [t13d1516h2_8daaf6152771_e5627efa2ab1] without TLS (expected: tls or routes beside it, or [])
                    listeners.https.routes = [ { backend = app } ] => listeners.https.routes[0].server-names: none, nor alpn, nor sources (expected: at least one of them)
                    listeners.https.proxy-protocol { accept = on, trusted = [lb.example] } => listeners.https.proxy-protocol.trusted: "lb.example" (expected: an address, or a network as 10.0.0.0/8 with no bit set behind its prefix; or unix: for peers on a unix-domain socket)
                    listeners.https.proxy-protocol { accept = on, trusted = [10.0.0.1/8] } => listeners.https.proxy-protocol.trusted: "10.0.0.1/8" (expected: an address, or a network as 10.0.0.0/8 with no bit set behind its prefix; or unix: for peers on a unix-domain socket)
                    listeners.https.proxy-protocol.accept = v2 => listeners.https.proxy-protocol.accept: "v2" (expected: on or off)
                    backends.app.proxy-protocol.send = on => backends.app.proxy-protocol.send: "on" (expected: off | v1 | v2)
                    backends.app.proxy-protocol { send = v1, client-certificate = on } => backends.app.proxy-protocol.client-certificate: on (expected: send = v2 and tls-information = on)
                    backends.app.proxy-protocol { send = v2, tls-information = off, client-certificate = on } => backends.app.proxy-protocol.client-certificate: on (expected: send = v2 and tls-information = on)
                    backends.app.proxy-protocol { send = v1, san-uri-type = 0xE1 } => backends.app.proxy-protocol.san-uri-type: a type is given (expected: send = v2 and tls-information = on)
                    backends.app.proxy-protocol { send = v1, crc32c = on } => backends.app.proxy-protocol.crc32c: on (expected: send = v2)
                    backends.app.proxy-protocol { send = v2, san-uri-type = 0xDF } => backends.app.proxy-protocol.san-uri-type: "0xDF" (expected: off, or a type 0xE0..0xEF)
                    backends.app.proxy-protocol { send = v2, san-dns-type = 0 } => backends.app.proxy-protocol.san-dns-type: "0" (expected: off, or a type 0xE0..0xEF)
                    backends.app.proxy-protocol { send = v2, san-dns-type = 0xE1, sha256-type = 225 } => backends.app.proxy-protocol.san-uri-type: one type has two meanings (expected: types that differ)
                    listeners.https.timeouts = 10s => listeners.https.timeouts: "10s" (expected: { ... })
                    listeners.https = 8443 => listeners.https: "8443" (expected: { ... })
                    listeners = [] => listeners: a list (expected: { ... })
                    backends.app.servers = [] => backends.app.servers: none (expected: at least one)
                    backends.app.servers = ["a:1", "b:2", "a:1"] => backends.app.servers: "a:1" twice (expected: once, with a weight)
                    backends.app.servers = [{ weight = 3 }] => backends.app.servers[0].address: missing (expected: host:port or [v6]:port, port 0..65535, or unix:/path of at most 100 bytes)
                    backends.app.servers = [{ address = "a:1", weight = 101 }] => backends.app.servers[0].weight: "101" (expected: 0..100)
                    backends.app.servers = [{ address = "a:1", wight = 2 }] => backends.app.servers[0].wight: unknown key (did you mean "weight"?)
                    backends.app.balance = random => backends.app.balance: "random" (expected: round-robin | least-connections | random-two | source-hash)
                    backends.app.connect.retries = 21 => backends.app.connect.retries: "21" (expected: 0..20)
                    backends.app.health-check { type = http, path = "no slash" } => backends.app.health-check.path: "no slash" (expected: a path, as /health)
                    backends.app.health-check { type = tcp, timeout = 0s } => backends.app.health-check.timeout: 0s (expected: longer; a server that hangs would never be found out)
                    backends.app.health-check { type = tcp, interval = 0s } => backends.app.health-check.interval: 0s (expected: longer, or type = none)
                    backends.app.health-check { expect = [99] } => backends.app.health-check.expect: "99" (expected: a status code, 100..599)
                    backends.app.health-check { type = tcp, port = 0 } => backends.app.health-check.port: "0" (expected: null, or 1..65535)
                    backends.app.health-check { port = 8008 } => backends.app.health-check.port: set with type = none (expected: type = tcp or http)
                    backends.app.health-check { type = http, tls = on } => backends.app.health-check.tls: on without port (expected: both, or tls.enabled beside health-check)
                    backends.app { health-check { type = http, port = 1, tls = on }, tls.trust-anchors = [] } => backends.app.tls.trust-anchors: [] (expected: at least one file, or system, when verify is full)
                    backends.app.health-check { type = http, send = "x", expect-text = "y" } => backends.app.health-check.send: set with type = http (expected: type = tcp)
                    backends.app.health-check { type = tcp, send = "x" } => backends.app.health-check.send: without expect-text (expected: both, as nothing else would look at the answer)
                    backends.app.health-check { type = tcp, expect-text = "\u20ac" } => backends.app.health-check.expect-text: "€" (expected: 1 to 4096 characters, each a byte: none above U+00FF)
                    backends.app.health-check { type = http, host-header = "a b" } => backends.app.health-check.host-header: "a b" (expected: a host, as app.example.com:8008)
                    backends.app { servers = ["unix:/x"], health-check { type = tcp, port = 1 } } => backends.app.health-check.port: 1 (expected: null, since a unix socket has none)
                    backends.app.on-down = close => backends.app.on-down: close without a check (expected: health-check.type = tcp or http)
                    backends.app.health-check { jitter = 10 } => backends.app.health-check.jitter: "10" (expected: 0%..100%)
                    backends.app.passive-health { max-ejected = 101% } => backends.app.passive-health.max-ejected: "101%" (expected: 0%..100%)
                    backends.app.tls { enabled = on, trust-anchors = [] } => backends.app.tls.trust-anchors: [] (expected: at least one file, or system, when verify is full)
                    backends.app.tls { enabled = on, verify = pinned } => backends.app.tls.allow: [] (expected: at least one rule, each with spki-sha256, when verify is pinned)
                    backends.app.tls { enabled = on, verify = insecure-none, allow = [{ cn = a }] } => backends.app.tls.allow: [{ cn = "a" }] (expected: [] when verify is insecure-none, which looks at nothing)
                    listeners.https.starttls = ftp => listeners.https.starttls: "ftp" (expected: off | postgresql | smtp | imap | pop3 | ldap)
                    listeners.https { starttls = postgresql, tls.alpn = [h2] } => listeners.https.tls.alpn: [h2] (expected: with postgresql, or [], when starttls is postgresql)
                    listeners.plain { bind = "127.0.0.1:0", backend = app, starttls = smtp } => listeners.plain.starttls: smtp without TLS (expected: tls or routes beside it, or off)
                    listeners.http { bind = "127.0.0.1:0", redirect = https, backend = app } => listeners.http.backend: given together with redirect = https (expected: one or the other)
                    listeners.http { bind = "127.0.0.1:0", redirect = https, tls.profile = modern } => listeners.http.tls: given together with redirect = https (expected: one or the other)
                    listeners.http { bind = "127.0.0.1:0", redirect = https, routes = [{ server-names = [a.example], backend = app }] } => listeners.http.routes: given together with redirect = https (expected: one or the other)
                    listeners.http { bind = "127.0.0.1:0", redirect = https, starttls = imap } => listeners.http.starttls: given together with redirect = https (expected: off)
                    listeners.http { bind = "127.0.0.1:0", redirect = https, sources.deny-ja4 = [t13d1516h2_8daaf6152771_e5627efa2ab1] } => listeners.http.sources.deny-ja4: given together with redirect = https (expected: [], plain HTTP has no such fingerprint)
                    listeners.http { bind = "127.0.0.1:0", redirect = on } => listeners.http.redirect: "on" (expected: off | https)
                    backends.app.tls.starttls = smtp => backends.app.tls.starttls: smtp without TLS (expected: enabled = on, or off)
                    backends.app.tls { enabled = on, verify = none } => backends.app.tls.verify: "none" (expected: full | pinned | insecure-none)
                    backends.app { servers = ["unix:/run/a"], tls.enabled = on } => backends.app.tls.server-name: missing (expected: a name, since a unix socket has none)
                    backends.app.via = "https://proxy:3128" => backends.app.via: "https://proxy:3128" (expected: http://[user@]host:port or socks5://[user@]host:port, the password in via-password-file)
                    backends.app.via = "http://me:secret@proxy:3128" => backends.app.via: "***" (expected: http://[user@]host:port or socks5://[user@]host:port, the password in via-password-file)
                    backends.app.via = "http://proxy" => backends.app.via: "http://proxy" (expected: http://[user@]host:port or socks5://[user@]host:port, the password in via-password-file)
                    backends.app.via = "http://me@proxy:3128" => backends.app.via: with a user (expected: via-password-file with it)
                    backends.app { via = "http://proxy:3128", via-password-file = pw } => backends.app.via-password-file: given (expected: a user in via)
                    backends.app { via = "http://proxy:3128", source = client } => backends.app.source: client with via (expected: one or the other; a proxy has an address of its own)
                    dns.servers = ["localhost:53"] => dns.servers: "localhost:53" (expected: an IP address with its port, as 10.0.0.10:53 or [v6]:53)
                    backends.app.servers = {} => backends.app.servers: { ... } (expected: a list, each host:port or [v6]:port, port 0..65535, or unix:/path of at most 100 bytes or { ... })
                    event-loops = 1025 => event-loops: "1025" (expected: 0..1024)
                    transport = io_uring => transport: "io_uring" (expected: auto | epoll | nio)
                    admin.bind = localhost => admin.bind: "localhost" (expected: host:port or [v6]:port, port 0..65535)
                    metrics.bind = "unix:/run/x" => metrics.bind: "unix:/run/x" (expected: host:port or [v6]:port, port 0..65535)
                    metrics.bind = "127.0.0.1:9901" => metrics.bind: "127.0.0.1:9901" (expected: another address than admin.bind, or "")
                    log.level = trace => log.level: "trace" (expected: off | error | warn | info | debug)
                    log.format = xml => log.format: "xml" (expected: json | text)
                    access-log.format = clf => access-log.format: "clf" (expected: json)
                    access-log.target = [] => access-log.target: a list (expected: none, stdout or a file)
                    """)
    void tellsFileLineKeyValueAndRule(String line, String expected) {
        assertThat(problems(MINIMAL + "sallyport." + line + "\n")).contains("x.conf:9: " + expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "\"10\"", "1.5", "\" 10\"", "\"1e3\"", "-1s", "10 parsecs", "soon", "10m30s", "true"})
    void wantsDurationsWithTheirUnit(String value) {
        assertThat(problems(MINIMAL + "sallyport.drain.timeout = " + value + "\n"))
                .containsExactly("x.conf:9: drain.timeout: \"" + value.replace("\"", "")
                        + "\" (expected: a duration with its unit, as 500ms, 10s, 1h, at most 24d; 0s means off)");
    }

    @ParameterizedTest
    @CsvSource({
        "listeners.https.tls.session.timeout, 100000d",
        "listeners.https.timeouts.handshake, 1000000d",
        "listeners.https.timeouts.idle, 1000000d",
        "backends.app.connect.timeout, 30d",
        "drain.timeout, 1000000d"
    })
    void refusesDurationsThatNoTimerHolds(String key, String value) {
        assertThat(problems(MINIMAL + "sallyport." + key + " = " + value + "\n"))
                .hasSize(1)
                .allSatisfy(problem -> assertThat(problem).startsWith("x.conf:9: " + key + ": \"" + value + "\""));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
                    listener.https.backend = app => listener: unknown key (did you mean "listeners"?)
                    listeners.https.binds = "a:1" => listeners.https.binds: unknown key (did you mean "bind"?)
                    listeners.https.tls.profil = old => listeners.https.tls.profil: unknown key (did you mean "profile"?)
                    listeners.https.tls.suites = [] => listeners.https.tls.suites: unknown key
                    listeners.https.tls.certificates = [{ chain = a, key = b, kye = c }] => listeners.https.tls.certificates[0].kye: unknown key (did you mean "key"?)
                    listeners.https.timeouts.handshakes = 1s => listeners.https.timeouts.handshakes: unknown key (did you mean "handshake"?)
                    backends.app.server = "a:1" => backends.app.server: unknown key (did you mean "servers"?)
                    backends.app.connect.timout = 1s => backends.app.connect.timout: unknown key (did you mean "timeout"?)
                    defaults.listener.limits.conections = 1 => listeners.https.limits.conections: unknown key (did you mean "connections"?)
                    defaults.listner.limits.connections = 1 => defaults.listner: unknown key (did you mean "listener"?)
                    admin.port = 1 => admin.port: unknown key
                    """)
    void suggestsTheKeyThatWasMeant(String line, String expected) {
        assertThat(problems(MINIMAL + "sallyport." + line + "\n")).contains("x.conf:9: " + expected);
    }

    @Test
    void tellsEveryProblemAtOnce() {
        assertThat(problems("""
                sallyport {
                  listeners {
                    one { bind = "nowhere", backend = none }
                    two { backend = app, tls { profile = best, certificates = [{ chain = c, key = k }] } }
                  }
                  backends.app.servers = ["127.0.0.1"]
                  drain.timeout = 30
                  nonsense = 1
                }
                """))
                .containsExactlyInAnyOrder(
                        "x.conf:3: listeners.one.bind: \"nowhere\" (expected: host:port or [v6]:port, port 0..65535, or unix:/path of at most 100 bytes, or systemd:NAME)",
                        "x.conf:3: listeners.one.backend: \"none\" (expected: one of the backends [app])",
                        "x.conf:4: listeners.two.bind: missing (expected: host:port or [v6]:port, port 0..65535, or unix:/path of at most 100 bytes, or systemd:NAME)",
                        "x.conf:4: listeners.two.tls.profile: \"best\" (expected: modern | intermediate | old | custom)",
                        "x.conf:6: backends.app.servers: \"127.0.0.1\""
                                + " (expected: host:port or [v6]:port, port 0..65535, or unix:/path of at most 100 bytes)",
                        "x.conf:7: drain.timeout: \"30\""
                                + " (expected: a duration with its unit, as 500ms, 10s, 1h, at most 24d; 0s means off)",
                        "x.conf:8: nonsense: unknown key");
    }

    @Test
    void wantsAListener() {
        assertThat(problems("sallyport { backends {} }"))
                .containsExactly("x.conf:1: listeners: none (expected: at least one)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "# nothing\n", "{}"})
    void wantsItsRoot(String text) {
        assertThat(problems(text)).containsExactly("x.conf: sallyport: missing (expected: sallyport { ... })");
    }

    @ParameterizedTest
    @ValueSource(strings = {"salyport { }", "Sallyport { }", "salyport.drain.timeout = 5s, sallyport { }"})
    void suggestsItsRoot(String text) {
        assertThat(problems(text))
                .containsExactly(
                        "x.conf:1: " + text.split("[ .]", -1)[0] + ": unknown key (did you mean \"sallyport\"?)");
    }

    @Test
    void tellsWhereItIsNoHocon() {
        assertThat(problems("sallyport {\n  listeners {\n"))
                .hasSize(1)
                .allSatisfy(problem -> assertThat(problem).startsWith("x.conf:3: sallyport: not HOCON: "));
    }

    @Test
    void tellsOfASubstitutionWithoutAValue() {
        assertThat(problems("sallyport {\n  drain.timeout = ${NO_SUCH_VARIABLE_HERE}\n}\n"))
                .hasSize(1)
                .allSatisfy(problem -> assertThat(problem)
                        .startsWith("x.conf:2: sallyport: a substitution has no value: ")
                        .contains("NO_SUCH_VARIABLE_HERE"));
    }

    @Test
    void takesValuesFromTheEnvironmentOfTheProcess() throws Exception {
        ProxyConfig config = load(MINIMAL + """
                sallyport.access-log.target = none
                sallyport.access-log.target = ${?PATH}
                sallyport.drain.timeout = 7s
                sallyport.drain.timeout = ${?NO_SUCH_VARIABLE_HERE}
                """);

        assertThat(config.accessLog().target())
                .isEqualTo(new AccessLogConfig.Target.File(directory.resolve(System.getenv("PATH"))));
        assertThat(config.drain().timeout()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void takesDefaultsAndOtherRootsBySubstitution() throws Exception {
        ProxyConfig config = load("site = { idle = 5m }\n" + MINIMAL + """
                sallyport.listeners.https.timeouts = ${sallyport.defaults.listener.timeouts} ${site} { half-close = 1s }
                """);

        assertThat(config.listeners().values().iterator().next().timeouts())
                .isEqualTo(new TimeoutsConfig(
                        Duration.ofSeconds(10), Duration.ofMinutes(5), Duration.ofSeconds(1), Duration.ZERO));
    }

    @Test
    void tellsEveryKeyOfALine() {
        assertThat(problems(MINIMAL + "sallyport.listeners.https.tls.certificates = [{}]\n"))
                .containsExactlyInAnyOrder(
                        "x.conf:9: listeners.https.tls.certificates[0].chain: missing (expected: a file)",
                        "x.conf:9: listeners.https.tls.certificates[0].key: missing (expected: a file)");
    }

    @Test
    void tellsOnceWhatAllRoutesTakeFromTheirListener() {
        assertThat(problems(MINIMAL + """
                sallyport.listeners.https.tls.alpn = [""]
                sallyport.listeners.https.routes = [
                  { server-names = a.example, backend = app }
                  { server-names = b.example, backend = app }
                ]
                """))
                .containsExactly("x.conf:9: listeners.https.tls.alpn: \"\""
                        + " (expected: an application protocol, 1 to 255 bytes, as h2 or http/1.1)");
    }

    @Test
    void namesTheVariableThatAValueCameFrom() {
        assertThat(problems(MINIMAL + "sallyport.drain.timeout = ${PATH}\n"))
                .containsExactly("$PATH: drain.timeout: \"" + System.getenv("PATH")
                        + "\" (expected: a duration with its unit, as 500ms, 10s, 1h, at most 24d; 0s means off)");
    }

    @Test
    void tellsOfAMissingFile() {
        assertThatThrownBy(() -> ConfigLoader.load(directory.resolve("absent.conf")))
                .hasMessage(directory.resolve("absent.conf") + ": no such file (expected: a HOCON file)");
    }

    @Test
    void tellsOfADirectory() {
        assertThatThrownBy(() -> ConfigLoader.load(directory))
                .hasMessage(directory + ": is a directory (expected: a HOCON file)");
    }

    /** The kernel lets nobody read it, not even root: mode 0200, which capabilities do not override below /proc/sys. */
    @Test
    void tellsOfAFileThatItMayNotRead() throws IOException {
        Path file = Files.createSymbolicLink(file(), Path.of("/proc/sys/net/ipv4/route/flush"));

        assertThatThrownBy(() -> ConfigLoader.load(file)).hasMessage(file + ": not readable (expected: a HOCON file)");
    }

    @Test
    void tellsOfABinaryFile() throws IOException {
        byte[] noise = new byte[64];
        Arrays.fill(noise, (byte) 0x80);
        Files.write(file(), noise);

        assertThatThrownBy(() -> ConfigLoader.load(file())).isInstanceOf(ConfigException.class);
    }

    @Test
    void resolvesPathsAgainstTheFolderOfTheFile() throws Exception {
        ProxyConfig config = load(MINIMAL.replace("tls.crt", "../a/tls.crt").replace("tls.key", "/b/tls.key"));

        CertificateConfig.Pem pem = (CertificateConfig.Pem) config.listeners()
                .values()
                .iterator()
                .next()
                .tls()
                .certificates()
                .get(0);
        assertThat(pem.chain()).isEqualTo(directory.resolve("../a/tls.crt"));
        assertThat(pem.key()).isEqualTo(Path.of("/b/tls.key"));
    }

    /** A look at the files would reload each time what differs in nothing. */
    @Test
    void isEqualWhenNothingIsChanged() throws Exception {
        assertThat(load(EVERYTHING))
                .isEqualTo(load(EVERYTHING))
                .isNotEqualTo(load(EVERYTHING + "\n#\nsallyport.drain.delay = 77s"));
    }

    @Test
    void givesEachListenerItsDefaults() throws Exception {
        ProxyConfig config = load(MINIMAL + """
                sallyport.defaults.listener.timeouts.idle = 5m
                sallyport.defaults.backend.connect.timeout = 9s
                """);

        assertThat(config.listeners().values().iterator().next().timeouts().idle())
                .isEqualTo(Duration.ofMinutes(5));
        assertThat(config.backends().values().iterator().next().connectTimeout())
                .isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void takesNoAdminListener() throws Exception {
        assertThat(load(MINIMAL + "sallyport.admin.bind = \"\"\n").admin().bind())
                .isNull();
    }

    private String lines(ProxyConfig config) {
        return RecordText.of(config).replace(directory + "/", "");
    }

    private Path file() {
        return directory.resolve("x.conf");
    }

    private ProxyConfig load(String text) throws ConfigException, IOException {
        return ConfigLoader.load(Files.writeString(file(), text));
    }

    private List<String> problems(String text) {
        try {
            load(text);
        } catch (ConfigException e) {
            return e.problems().stream()
                    .map(problem -> problem.toString().replace(directory + "/", ""))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of();
    }
}
