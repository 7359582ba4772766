package io.sallyport.explain.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.explain.scan.ScanCandidates;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.ClientHelloParser;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written can be read, and offers nothing else. */
class ClientHelloWriterTest {
    private static final int HEADERS = 9;

    @ParameterizedTest
    @ValueSource(ints = {TlsVersions.TLS_1_3, TlsVersions.TLS_1_2, TlsVersions.TLS_1_1, TlsVersions.TLS_1_0})
    void offersOneVersionAndTheLists(int version) throws Exception {
        List<Integer> suites = ScanCandidates.suites(version);
        List<Integer> groups = ScanCandidates.groups(version);

        ClientHello hello = read(new HelloOffer(version, suites, groups, "a.example"));

        assertThat(hello.supportedVersions()).isEqualTo(CodeList.of(version));
        assertThat(hello.cipherSuites().stream().boxed()).isEqualTo(suites);
        assertThat(hello.groups().stream().boxed()).isEqualTo(groups);
        assertThat(hello.serverName()).isEqualTo("a.example");
        assertThat(hello.keyShareGroups()).isEqualTo(CodeList.EMPTY);
        assertThat(hello.hasExtension(ExtensionTypes.KEY_SHARE)).isEqualTo(version == TlsVersions.TLS_1_3);
        assertThat(hello.sessionIdLength()).isEqualTo(version == TlsVersions.TLS_1_3 ? 32 : 0);
    }

    @Test
    void writesSsl3WithoutExtensions() throws Exception {
        ByteBuf record = record(new HelloOffer(TlsVersions.SSL_3, List.of(0x002f), List.of(), "a.example"));

        assertThat(record.getUnsignedShort(1)).isEqualTo(TlsVersions.SSL_3);
        assertThat(record.readableBytes()).isEqualTo(HEADERS + 2 + 32 + 1 + 4 + 2);
        assertThat(body(record).legacyVersion()).isEqualTo(TlsVersions.SSL_3);
    }

    @Test
    void leavesOutANameThatIsNotThere() throws Exception {
        ClientHello hello =
                read(new HelloOffer(TlsVersions.TLS_1_2, List.of(0xc02b), List.of(NamedGroups.code("x25519")), null));

        assertThat(hello.hasExtension(ExtensionTypes.SERVER_NAME)).isFalse();
    }

    private static ClientHello read(HelloOffer offer) throws Exception {
        return body(record(offer));
    }

    private static ByteBuf record(HelloOffer offer) {
        ByteBuf record = Unpooled.buffer();
        new ClientHelloWriter(new SecureRandom()).write(offer, record);
        assertThat(record.getUnsignedShort(3)).isEqualTo(record.readableBytes() - 5);
        assertThat(record.getUnsignedMedium(6)).isEqualTo(record.readableBytes() - HEADERS);
        return record;
    }

    private static ClientHello body(ByteBuf record) throws Exception {
        return ClientHelloParser.parse(record.slice(HEADERS, record.readableBytes() - HEADERS));
    }
}
