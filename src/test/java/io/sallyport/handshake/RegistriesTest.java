package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sallyport.handshake.iana.AlertDescriptions;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.CodeTable;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.iana.Grease;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.iana.KeyExchange;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.SignatureSchemes;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.wire.MalformedHandshakeException;
import io.sallyport.testing.Openssl;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistriesTest {
    @Test
    void namesCodePointsByTheirStandardNames() {
        assertThat(TlsVersions.name(0x0304)).isEqualTo("TLSv1.3");
        assertThat(CipherSuites.name(0xC02F)).isEqualTo("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assertThat(NamedGroups.name(0x11EC)).isEqualTo("X25519MLKEM768");
        assertThat(NamedGroups.name(0x001D)).isEqualTo("x25519");
        assertThat(SignatureSchemes.name(0x0804)).isEqualTo("rsa_pss_rsae_sha256");
        assertThat(AlertDescriptions.name(48)).isEqualTo("unknown_ca");
        assertThat(ExtensionTypes.name(0xFE0D)).isEqualTo("encrypted_client_hello");
        assertThat(HandshakeTypes.name(12)).isEqualTo("ServerKeyExchange");
        assertThat(ContentTypes.name(21)).isEqualTo("alert");
    }

    @Test
    void writesUnknownCodePointsInHexadecimal() {
        assertThat(CipherSuites.name(0x1234)).isEqualTo("0x1234");
        assertThat(AlertDescriptions.name(200)).isEqualTo("0xc8");
        assertThat(CipherSuites.name(-1)).isEqualTo("0xffffffff");
    }

    @Test
    void findsCodePointsByNameAndAlias() {
        assertThat(NamedGroups.code("P-256")).isEqualTo(0x17);
        assertThat(NamedGroups.code("X25519")).isEqualTo(0x1D);
        assertThat(NamedGroups.code("x25519mlkem768")).isEqualTo(0x11EC);
        assertThat(TlsVersions.code("TLSv1.2")).isEqualTo(TlsVersions.TLS_1_2);
        assertThat(AlertDescriptions.code("unrecognized_name")).isEqualTo(112);
        assertThat(SignatureSchemes.code("ed25519")).isEqualTo(0x0807);
        assertThat(CipherSuites.code("no such suite")).isEqualTo(-1);
    }

    @Test
    void namesEverySuiteOfTheJdk() throws Exception {
        for (String suite : SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites()) {
            assertThat(CipherSuites.name(CipherSuites.code(suite))).isEqualTo(suite);
        }
    }

    @Test
    void namesEverySuiteOfOpenSsl(@TempDir Path folder) {
        assumeTrue(HelloCapture.isInstalled("openssl"), "openssl is not installed");
        Openssl openssl = new Openssl(folder);
        String[] codes =
                openssl.line("ciphers -V ALL:COMPLEMENTOFALL:@SECLEVEL=0").split("\n", -1);
        String[] names =
                openssl.line("ciphers -stdname ALL:COMPLEMENTOFALL:@SECLEVEL=0").split("\n", -1);
        for (int i = 0; i < names.length - 1; i++) {
            String code = codes[i].strip().substring(0, "0x13,0x02".length());
            int suite = Integer.decode(code.substring(0, 4)) << 8 | Integer.decode(code.substring(5));
            assertThat(CipherSuites.name(suite)).isEqualTo(names[i].split(" ", -1)[0]);
        }
    }

    @Test
    void tellsGreaseApart() {
        assertThat(Grease.isGrease(0x0A0A)).isTrue();
        assertThat(Grease.isGrease(0xFAFA)).isTrue();
        assertThat(Grease.isGrease(0x0A1A)).isFalse();
        assertThat(Grease.isGrease(0x1301)).isFalse();
    }

    @Test
    void tellsTheKeyExchangeOfASuite() {
        assertThat(KeyExchange.ofSuite(0x009C)).isEqualTo(KeyExchange.RSA);
        assertThat(KeyExchange.ofSuite(0xC02B)).isEqualTo(KeyExchange.ECDHE);
        assertThat(KeyExchange.ofSuite(0x009E)).isEqualTo(KeyExchange.DHE);
        assertThat(KeyExchange.ofSuite(0x1301)).isEqualTo(KeyExchange.OTHER);
        assertThat(KeyExchange.ofSuite(0xC035)).isEqualTo(KeyExchange.OTHER);
    }

    @Test
    void givesEachRuleAnAlert() {
        for (MalformedHandshakeException.Reason reason : MalformedHandshakeException.Reason.values()) {
            assertThat(reason.alert()).as(reason.name()).isPositive();
        }
    }

    @Test
    void namesWhatOldClientsStillOfferThoughItWasNeverRegistered() {
        assertThat(CipherSuites.name(0x0066)).isEqualTo("TLS_DHE_DSS_WITH_RC4_128_SHA");
        assertThat(CipherSuites.name(0x0065)).isEqualTo("TLS_DHE_DSS_EXPORT1024_WITH_RC4_56_SHA");
        assertThat(SignatureSchemes.name(0x0402)).isEqualTo("dsa_sha256");
    }

    @Test
    void keepsTheRegisteredNameOfACodeThatHasAliases() {
        CodeTable table = CodeTable.of(2, "02 b\n01 a").with("02 c d");

        assertThat(table.name(2)).isEqualTo("b");
        assertThat(table.code("D")).isEqualTo(2);
        assertThat(table.codes()).isEqualTo(CodeList.of(1, 2));
    }
}
