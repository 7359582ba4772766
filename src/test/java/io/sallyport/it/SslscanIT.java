package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.RunningProxy;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What sslscan finds under the profiles that are recommended. */
final class SslscanIT {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Scan Root");
    private static final List<String> TLS13 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");
    private static final List<String> TLS12 = List.of(
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES256-GCM-SHA384",
            "ECDHE-RSA-CHACHA20-POLY1305");

    @Test
    void findsTls13AloneUnderModern() throws Exception {
        Document report = scan("modern");

        assertThat(versions(report)).containsExactly("tls 1.3");
        assertThat(suites(report, "TLSv1.3")).containsExactlyInAnyOrderElementsOf(TLS13);
        assertThat(suites(report, "TLSv1.2")).isEmpty();
        assertNothingIsWeak(report);
    }

    @Test
    void findsAuthenticatedEncryptionWithForwardSecrecyAloneUnderIntermediate() throws Exception {
        Document report = scan("intermediate");

        assertThat(versions(report)).containsExactly("tls 1.2", "tls 1.3");
        assertThat(suites(report, "TLSv1.3")).containsExactlyInAnyOrderElementsOf(TLS13);
        assertThat(suites(report, "TLSv1.2")).containsExactlyInAnyOrderElementsOf(TLS12);
        assertNothingIsWeak(report);
    }

    private static void assertNothingIsWeak(Document report) {
        assertThat(values(report, "cipher", any -> true, "strength")).isSubsetOf("strong", "acceptable");
        assertThat(values(report, "group", any -> true, "name"))
                .isNotEmpty()
                .isSubsetOf("secp256r1 (NIST P-256)", "secp384r1 (NIST P-384)", "x25519");
        assertThat(values(report, "renegotiation", any -> true, "supported")).containsExactly("0");
        assertThat(values(report, "heartbleed", any -> true, "vulnerable")).containsOnly("0");
        assertThat(values(report, "compression", any -> true, "supported")).isSubsetOf("0");
    }

    private static Document scan(String profile) throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(ROOT, ROOT.server("localhost").issue())
                        .certificate(
                                ROOT,
                                ROOT.server("localhost").key(KeyKind.RSA_2048).issue())
                        .with("listeners.https.tls.profile = " + profile)
                        .start()) {
            Process process = new ProcessBuilder(
                            "sslscan",
                            "--xml=-",
                            "--sni-name=localhost",
                            "127.0.0.1:" + proxy.address().getPort())
                    .start();
            process.getOutputStream().close();
            byte[] report = process.getInputStream().readAllBytes();
            assertThat(process.waitFor()).isZero();
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(report));
        }
    }

    private static List<String> versions(Document report) {
        List<String> versions = new ArrayList<>();
        for (Element protocol : elements(report, "protocol")) {
            if (protocol.getAttribute("enabled").equals("1")) {
                versions.add(protocol.getAttribute("type") + " " + protocol.getAttribute("version"));
            }
        }
        return versions;
    }

    private static List<String> suites(Document report, String version) {
        return values(
                report, "cipher", cipher -> cipher.getAttribute("sslversion").equals(version), "cipher");
    }

    private static List<String> values(Document report, String element, Predicate<Element> which, String attribute) {
        return elements(report, element).stream()
                .filter(which)
                .map(each -> each.getAttribute(attribute))
                .toList();
    }

    private static List<Element> elements(Document report, String name) {
        NodeList nodes = report.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }
}
