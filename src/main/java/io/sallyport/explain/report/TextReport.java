package io.sallyport.explain.report;

import io.netty.util.NetUtil;
import io.sallyport.explain.judge.CertificateKey;
import io.sallyport.explain.judge.CertificateText;
import io.sallyport.explain.judge.ChainJudge;
import io.sallyport.explain.judge.Finding;
import io.sallyport.explain.judge.FindingCode.Severity;
import io.sallyport.explain.judge.PostQuantum;
import io.sallyport.explain.judge.ProbeFailure;
import io.sallyport.explain.probe.CertificateAsk;
import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.probe.ProbedHandshake;
import io.sallyport.explain.probe.Resumption;
import io.sallyport.explain.probe.Times;
import io.sallyport.explain.report.Ink.Colour;
import io.sallyport.explain.scan.ScanResult;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.SignatureSchemes;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.trace.Ja4;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.WireText;
import io.sallyport.tls.context.TlsSession;
import io.sallyport.tls.material.StapledResponse;
import io.sallyport.tls.x509.DistinguishedName;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An explanation for a person at a terminal of 80 columns. Used once. */
public final class TextReport {
    private static final int MOST_NAMES = 8;

    private final Explanation explanation;
    private final Instant now;
    private final Page page;

    private TextReport(Explanation explanation, Instant now, Ink ink) {
        this.explanation = explanation;
        this.now = now;
        this.page = new Page(ink);
    }

    /** The whole report, with a line feed at the end of every line. */
    public static String write(Explanation explanation, Instant now, Ink ink) {
        TextReport report = new TextReport(explanation, now, ink);
        report.writeTarget();
        ProbedHandshake attempt = explanation.attempt();
        if (attempt != null) {
            new StepsText(report.page).write(attempt);
        }
        report.explanation.session().ifPresent(report::writeSession);
        report.writeCertificates();
        ScanResult scan = explanation.scan();
        if (scan != null) {
            new ScanText(report.page).write(scan);
        }
        report.writeFindings();
        report.writeVerdict();
        return report.page.toString();
    }

    private void writeTarget() {
        ExplainRequest request = explanation.request();
        String dialled =
                explanation.dialled().map(NetUtil::toSocketAddressString).orElse("");
        String address = request.address().toString();
        page.title(address + (dialled.isEmpty() || dialled.equals(address) ? "" : " (" + dialled + ")"));
        String name = request.sentName();
        page.field("server name", name == null ? "none, an address has no place there" : name);
        if (request.proxyHeader()) {
            page.field("PROXY protocol", "a header of version 2 is sent first, it says LOCAL");
        }
    }

    private void writeSession(TlsSession session) {
        ExplainRequest request = explanation.request();
        page.title("offered and agreed");
        ClientHello hello = explanation
                .transcript()
                .map(transcript -> transcript.clientHello())
                .orElse(null);
        if (hello != null) {
            writeOffer(hello);
        }
        page.field("version", session.version());
        page.field("suite", session.cipher());
        String kind = session.group().equals("none")
                ? "RSA, without forward secrecy"
                : session.group() + (PostQuantum.isGroup(session.group()) ? ", post-quantum" : ", not post-quantum");
        page.field("key exchange", kind);
        String alpn = session.alpn();
        page.field(
                "ALPN",
                alpn == null ? request.alpn().isEmpty() ? "none offered" : "none taken" : WireText.printable(alpn));
        page.field("client", client());
        page.field("stapling", stapling());
        Resumption resumption = explanation.resumption();
        if (resumption != null) {
            page.field("resumption", resumption(resumption));
        }
    }

    private void writeOffer(ClientHello hello) {
        page.field("offered", names(hello.supportedVersions().names(TlsVersions::name)));
        page.field("", names(hello.cipherSuites().names(CipherSuites::name)));
        page.field("", names(hello.groups().names(NamedGroups::name)));
        page.field("", names(hello.signatureSchemes().names(SignatureSchemes::name)));
        if (!hello.alpn().isEmpty()) {
            page.field(
                    "",
                    "ALPN "
                            + names(hello.alpn().stream()
                                    .map(WireText::printable)
                                    .toList()));
        }
        page.field("", "JA4 " + Ja4.of(hello));
    }

    private String client() {
        CertificateAsk asked = Objects.requireNonNull(explanation.attempt()).asked();
        boolean given = explanation.request().client() != null;
        if (asked == null) {
            return "no certificate asked for" + (given ? ", so ours was not sent" : "");
        }
        String authorities = asked.authorities().isEmpty()
                ? ""
                : "; issued by " + asked.authorities().stream().limit(3).collect(Collectors.joining("; "));
        return "certificate asked for, " + (given ? "sent" : "none sent") + authorities;
    }

    private String stapling() {
        Optional<byte[]> staple = Objects.requireNonNull(explanation.attempt()).staple();
        if (staple.isEmpty()) {
            return "no OCSP response";
        }
        return StapledResponse.read(staple.get())
                .map(response -> "OCSP response, "
                        + response.status().name().toLowerCase(Locale.ROOT) + ", of " + response.thisUpdate()
                        + (response.nextUpdate() == null ? "" : " until " + response.nextUpdate()))
                .orElse(staple.get().length + " bytes that are no OCSP response");
    }

    private static String resumption(Resumption resumption) {
        String cost = resumption.second() < 0
                ? ""
                : "; second handshake " + Times.millis(resumption.second()) + " and " + resumption.secondBytes()
                        + " bytes, first " + Times.millis(resumption.first()) + " and " + resumption.firstBytes();
        return resumption.outcome().words() + cost;
    }

    private void writeCertificates() {
        List<X509Certificate> certificates = explanation.certificates();
        if (certificates.isEmpty()) {
            return;
        }
        page.title("certificate chain");
        for (int i = 0; i < certificates.size(); i++) {
            writeCertificate(i + 1, certificates.get(i), i == 0);
        }
        boolean trusted = !explanation.anchor().isEmpty();
        page.field(trusted ? Colour.GOOD : Colour.BAD, "trusted", trusted ? "yes, by " + explanation.anchor() : "no");
    }

    private void writeCertificate(int number, X509Certificate certificate, boolean leaf) {
        page.paragraph(null, "  " + number + " ", "    ", CertificateText.subject(certificate));
        if (leaf) {
            List<String> names = ChainJudge.names(certificate);
            page.field("  names", names.isEmpty() ? "none" : names(names));
        }
        page.field("  issued by", DistinguishedName.display(certificate.getIssuerX500Principal()));
        Instant end = certificate.getNotAfter().toInstant();
        long days = Duration.between(now, end).toDays();
        page.field(
                "  valid",
                CertificateText.day(certificate.getNotBefore().toInstant()) + " to " + CertificateText.day(end)
                        + (end.isBefore(now) ? ", expired" : ", " + CertificateText.days(days) + " left"));
        page.field(
                "  key",
                CertificateKey.describe(certificate.getPublicKey()) + ", signed with " + certificate.getSigAlgName());
    }

    private void writeFindings() {
        if (explanation.findings().isEmpty()) {
            return;
        }
        page.title("findings");
        for (Finding finding : explanation.findings()) {
            Severity severity = finding.code().severity();
            page.field(
                    severity == Severity.PROBLEM ? Colour.BAD : severity == Severity.WEAK ? Colour.WEAK : null,
                    severity.tag(),
                    sentence(finding.text()) + (finding.fix().isEmpty() ? "" : " " + sentence(finding.fix())));
        }
    }

    private void writeVerdict() {
        ProbeFailure failure = explanation.failure();
        if (failure == null) {
            page.title("fine");
            page.paragraph(Colour.GOOD, "  ", "  ", fine());
            return;
        }
        page.title("failed: " + failure.kind().tag());
        page.paragraph(Colour.BAD, "  ", "  ", failure.what());
        if (!failure.fix().isEmpty()) {
            page.paragraph(null, "  ", "  ", failure.fix());
        }
    }

    private String fine() {
        long weak = explanation.findings().stream()
                .filter(finding -> finding.code().severity() == Severity.WEAK)
                .count();
        String words = "A client that verifies certificates connects.";
        return weak == 0 ? words : words + " " + (weak == 1 ? "1 thing is weak." : weak + " things are weak.");
    }

    private static String sentence(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1) + ".";
    }

    private static String names(List<String> all) {
        return all.size() <= MOST_NAMES * 3
                ? String.join(", ", all)
                : Stream.concat(all.stream().limit(MOST_NAMES), Stream.of((all.size() - MOST_NAMES) + " more"))
                        .collect(Collectors.joining(", "));
    }
}
