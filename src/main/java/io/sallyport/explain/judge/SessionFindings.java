package io.sallyport.explain.judge;

import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.probe.ProbedHandshake;
import io.sallyport.explain.scan.SuiteStrength;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.HandshakeMessage.ServerKeyExchange;
import io.sallyport.handshake.wire.ServerHello;
import io.sallyport.handshake.wire.WireText;
import io.sallyport.tls.context.TlsSession;
import io.sallyport.tls.material.StapledResponse;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is weak about what a handshake agreed on. Used once. */
public final class SessionFindings {
    /** TLS feature extension with status_request, "must staple" (RFC 7633). */
    private static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24";

    private final List<Finding> findings = new ArrayList<>();

    /** All but those of the chain. */
    public static List<Finding> of(ExplainRequest request, ProbedHandshake attempt, TlsSession session, Instant now) {
        SessionFindings all = new SessionFindings();
        all.addVersion(request, attempt.transcript());
        all.addSuite(session);
        all.addGroup(session, attempt.transcript());
        all.addAlpn(request, session);
        if (!session.clientChain().isEmpty()) {
            all.addStaple(attempt.staple(), session.clientChain().get(0), now);
        }
        return all.findings;
    }

    private void addVersion(ExplainRequest request, HandshakeTranscript transcript) {
        ServerHello chosen = transcript.serverHello();
        if (chosen == null || chosen.isTls13()) {
            return;
        }
        if (!request.tls12()) {
            add(FindingCode.NO_TLS_1_3, "the server took TLS 1.2, though 1.3 was on offer", "Let it take TLS 1.3");
        }
        ClientHello hello = transcript.clientHello();
        if (hello != null
                && hello.hasExtendedMasterSecret()
                && !chosen.extensionTypes().contains(ExtensionTypes.EXTENDED_MASTER_SECRET)) {
            add(
                    FindingCode.NO_EXTENDED_MASTER_SECRET,
                    "the server does not know extended_master_secret (RFC 7627)",
                    "Update its TLS library");
        }
        if (hello != null
                && hello.hasSecureRenegotiation()
                && !chosen.extensionTypes().contains(ExtensionTypes.RENEGOTIATION_INFO)) {
            add(
                    FindingCode.NO_SECURE_RENEGOTIATION,
                    "the server does not know secure renegotiation (RFC 5746)",
                    "Update its TLS library");
        }
    }

    private void addSuite(TlsSession session) {
        int suite = CipherSuites.code(session.cipher());
        SuiteStrength strength = SuiteStrength.of(suite);
        FindingCode.of(strength)
                .ifPresent(code -> add(
                        code,
                        session.cipher() + " was agreed on: "
                                + switch (strength) {
                                    case CBC -> "CBC, which padding oracles broke again and again";
                                    case NO_FORWARD_SECRECY ->
                                        "whoever gets the server's key later can read what was recorded";
                                    default -> "broken";
                                },
                        "Let the server prefer suites with ECDHE and AES-GCM or ChaCha20"));
    }

    private void addGroup(TlsSession session, HandshakeTranscript transcript) {
        boolean retried = transcript.steps().stream()
                .anyMatch(step -> step.message() instanceof ServerHello hello && hello.retry());
        if (retried) {
            add(
                    FindingCode.EXTRA_ROUND_TRIP,
                    "the server asked for another key share (" + session.group() + "), which costs a round trip",
                    "");
        }
        if (!PostQuantum.isGroup(session.group())) {
            add(
                    FindingCode.NO_POST_QUANTUM,
                    "the key exchange is not post-quantum: what is recorded today can be read by a quantum computer",
                    "Let the server take X25519MLKEM768");
        }
        transcript.steps().stream()
                .map(HandshakeTranscript.Step::message)
                .filter(ServerKeyExchange.class::isInstance)
                .map(ServerKeyExchange.class::cast)
                .filter(exchange -> exchange.group() < 0)
                .map(exchange -> DiffieHellman.weakness(exchange.publicLength()))
                .flatMap(Optional::stream)
                .forEach(findings::add);
    }

    private void addAlpn(ExplainRequest request, TlsSession session) {
        @Nullable String alpn = session.alpn();
        if (!request.alpn().isEmpty() && alpn == null) {
            add(
                    FindingCode.NO_COMMON_ALPN,
                    "the server took none of the application protocols on offer ("
                            + WireText.printable(String.join(", ", request.alpn())) + ")",
                    "");
        }
    }

    private void addStaple(Optional<byte[]> staple, X509Certificate leaf, Instant now) {
        if (staple.isEmpty()) {
            if (leaf.getExtensionValue(TLS_FEATURE) != null) {
                add(
                        FindingCode.MISSING_STAPLE,
                        "the certificate promises a stapled OCSP response, and none came",
                        "Let the server staple one (RFC 7633)");
            }
            return;
        }
        Optional<StapledResponse> read = StapledResponse.read(staple.get());
        if (read.isEmpty()) {
            add(FindingCode.BAD_STAPLE, "the stapled OCSP response cannot be read", "Let the server fetch a new one");
            return;
        }
        StapledResponse response = read.get();
        Instant next = response.nextUpdate();
        if (!response.serial().equals(leaf.getSerialNumber())) {
            add(
                    FindingCode.BAD_STAPLE,
                    "the stapled OCSP response is about another certificate",
                    "Staple the right one");
        } else if (response.status() == StapledResponse.Status.REVOKED) {
            add(FindingCode.REVOKED, "the stapled OCSP response says that the certificate is revoked", "Replace it");
        } else if (next != null && next.isBefore(now)) {
            add(
                    FindingCode.BAD_STAPLE,
                    "the stapled OCSP response was to be replaced by " + next,
                    "Let the server fetch a new one");
        }
    }

    private void add(FindingCode code, String text, String fix) {
        findings.add(new Finding(code, text, fix));
    }
}
