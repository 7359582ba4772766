package io.sallyport.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.unix.DomainSocketAddress;
import io.sallyport.config.SendProxyProtocolConfig;
import io.sallyport.config.SendProxyProtocolConfig.Version;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.ProxyHeader;
import io.sallyport.tls.context.ServerCertificate;
import io.sallyport.tls.context.TlsSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderWriterTest {
    private static final String ID = "0123456789abcdef";
    private static final AddressPair V4 = endpoints("192.0.2.1", "198.51.100.2");
    private static final AddressPair V6 = endpoints("2001:db8::1", "2001:db8::2");
    private static final AddressPair UNIX =
            new AddressPair(new DomainSocketAddress(""), new DomainSocketAddress("/run/sallyport"));

    private static final SendProxyProtocolConfig V1 = config(Version.V1, false, false, false, false);
    private static final SendProxyProtocolConfig BARE = config(Version.V2, false, false, false, false);
    private static final SendProxyProtocolConfig TLS = config(Version.V2, true, false, false, false);
    private static final SendProxyProtocolConfig EVERYTHING = config(Version.V2, true, true, true, true);

    private final CertificateAuthority clients = CertificateAuthority.create("Clients");

    private static AddressPair endpoints(String source, String destination) {
        return new AddressPair(new InetSocketAddress(source, 8080), new InetSocketAddress(destination, 443));
    }

    private static SendProxyProtocolConfig config(
            Version version, boolean tls, boolean certificate, boolean crc32c, boolean types) {
        return new SendProxyProtocolConfig(
                version, tls, certificate, crc32c, types ? 0xE1 : 0, types ? 0xE2 : 0, types ? 0xE3 : 0);
    }

    private static TlsSession session(boolean resumed, X509Certificate... chain) {
        return new TlsSession(
                "TLSv1.2",
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "P-256",
                "h2",
                resumed,
                List.of(chain),
                chain.length > 0);
    }

    private static byte[] bytes(SendProxyProtocolConfig config, AddressPair endpoints, @Nullable TlsSession session) {
        ByteBuf header = HeaderWriter.write(
                config,
                new ProxiedConnection(
                        ID, endpoints, "Example.com", session, new ServerCertificate("RSA-SHA256", "RSA2048")));
        try {
            return ByteBufUtil.getBytes(header);
        } finally {
            header.release();
        }
    }

    private static ProxyHeader write(
            SendProxyProtocolConfig config, AddressPair endpoints, @Nullable TlsSession session) throws IOException {
        return ProxyHeader.parse(bytes(config, endpoints, session));
    }

    private static String v1(AddressPair endpoints) {
        return new String(bytes(V1, endpoints, session(false)), StandardCharsets.US_ASCII);
    }

    @Test
    void version1IsALineWithTheAddresses() {
        assertThat(v1(V4)).isEqualTo("PROXY TCP4 192.0.2.1 198.51.100.2 8080 443\r\n");
        assertThat(v1(V6)).isEqualTo("PROXY TCP6 2001:db8::1 2001:db8::2 8080 443\r\n");
        assertThat(v1(UNIX)).isEqualTo("PROXY UNKNOWN\r\n");
    }

    @Test
    void bareVersion2IsTheAddressesAlone() {
        String signature = "0d0a0d0a000d0a515549540a";

        assertThat(HexFormat.of().formatHex(bytes(BARE, V4, session(false))))
                .isEqualTo(signature + "2111000c" + "c0000201" + "c6336402" + "1f90" + "01bb");
        assertThat(HexFormat.of().formatHex(bytes(BARE, V6, session(false))))
                .isEqualTo(signature + "21210024" + "20010db8000000000000000000000001"
                        + "20010db8000000000000000000000002" + "1f90" + "01bb");
        assertThat(HexFormat.of().formatHex(bytes(BARE, UNIX, session(false))))
                .isEqualTo(signature + "213100d8" + "00".repeat(108)
                        + HexFormat.of().formatHex("/run/sallyport".getBytes(StandardCharsets.US_ASCII))
                        + "00".repeat(94));
    }

    @Test
    void addressesOfTwoFamiliesAreBothWrittenAsIpv6() throws Exception {
        ProxyHeader header = write(BARE, endpoints("192.0.2.1", "2001:db8::2"), null);

        assertThat(header.family()).isEqualTo(0x21);
        assertThat(header.destination()).isEqualTo("2001:db8:0:0:0:0:0:2 443");
        // The JDK shows a mapped address as what it stands for.
        assertThat(header.source()).isEqualTo("192.0.2.1 8080");
    }

    @Test
    void tellsOfTheTlsOfAClientWithoutCertificate() throws Exception {
        ProxyHeader header = write(TLS, V4, session(false));

        assertThat(header.command()).isEqualTo(1);
        assertThat(header.types()).containsExactly(0x01, 0x02, 0x05, 0x20, 0x21, 0x23, 0x24, 0x25, 0x26);
        assertThat(header.text(0x01)).isEqualTo("h2");
        assertThat(header.text(0x02)).isEqualTo("Example.com");
        assertThat(header.text(0x05)).isEqualTo(ID);
        assertThat(header.text(0x21)).isEqualTo("TLSv1.2");
        assertThat(header.text(0x23)).isEqualTo("ECDHE-RSA-AES128-GCM-SHA256");
        assertThat(header.text(0x24)).isEqualTo("RSA-SHA256");
        assertThat(header.text(0x25)).isEqualTo("RSA2048");
        assertThat(header.text(0x26)).isEqualTo("secp256r1");
        assertThat(header.client()).isEqualTo(1);
        assertThat(header.verify()).isNotZero();
    }

    @ParameterizedTest
    @CsvSource({"false, 7", "true, 5"})
    void tellsOfTheClientsCertificate(boolean resumed, int bits) throws Exception {
        IssuedCertificate client = clients.client("Zoë")
                .uri("spiffe://prod/a", "spiffe://prod/b")
                .dns("a.clients.example")
                .issue();
        ProxyHeader header = write(EVERYTHING, V6, session(resumed, client.leaf()));

        assertThat(header.client()).isEqualTo(bits);
        assertThat(header.verify()).isZero();
        assertThat(header.text(0x22)).isEqualTo("Zoë");
        assertThat(header.value(0x28)).isEqualTo(client.leaf().getEncoded());
        assertThat(header.texts(0xE1)).containsExactly("spiffe://prod/a", "spiffe://prod/b");
        assertThat(header.texts(0xE2)).containsExactly("a.clients.example");
        assertThat(header.text(0xE3))
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(client.leaf().getEncoded())));
        assertThat(header.isChecksumRight()).isTrue();
    }

    @Test
    void theCertificateAndItsNamesStayAwayUnlessAskedFor() throws Exception {
        IssuedCertificate client = clients.client("ops")
                .uri("spiffe://prod/ops")
                .dns("ops.example")
                .issue();

        assertThat(write(TLS, V4, session(false, client.leaf())).types())
                .containsExactly(0x01, 0x02, 0x05, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26);
    }

    @Test
    void withoutTheTlsOfTheClientOnlyNameAndIdAreTold() throws Exception {
        assertThat(write(TLS, V4, null).types()).containsExactly(0x02, 0x05);
    }

    @Test
    void theChecksumStandsAloneWhereNothingElseIsTold() throws Exception {
        ProxyHeader header = write(config(Version.V2, false, false, true, false), V4, session(false));

        assertThat(header.types()).containsExactly(0x03);
        assertThat(header.isChecksumRight()).isTrue();
    }

    /** A client with a thousand names must not make a header that no receiver takes. */
    @Test
    void aLargeCertificateDoesNotMakeALargerHeaderThanReceiversTake() throws Exception {
        String[] names = IntStream.range(0, 1000)
                .mapToObj(i -> "spiffe://prod/workload/" + i)
                .toArray(String[]::new);
        IssuedCertificate client = clients.client("ops").uri(names).issue();
        ProxyHeader header = write(EVERYTHING, V4, session(false, client.leaf()));

        assertThat(client.leaf().getEncoded()).hasSizeGreaterThan(HeaderReader.MAX_V2);
        assertThat(header.size()).isLessThanOrEqualTo(HeaderReader.MAX_V2);
        assertThat(header.has(0x28)).isFalse();
        assertThat(header.text(0x22)).isEqualTo("ops");
        assertThat(header.texts(0xE1)).hasSizeGreaterThan(100).startsWith(names[0], names[1]);
        assertThat(header.isChecksumRight()).isTrue();
    }

    @Test
    void staticRsaHasNoGroup() throws Exception {
        TlsSession session =
                new TlsSession("TLSv1.2", "TLS_RSA_WITH_AES_256_CBC_SHA", "none", null, false, List.of(), false);

        assertThat(write(TLS, V4, session).types()).containsExactly(0x02, 0x05, 0x20, 0x21, 0x23, 0x24, 0x25);
        assertThat(write(TLS, V4, session).text(0x23)).isEqualTo("AES256-SHA");
    }
}
