package io.sallyport.tls.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.value.TlsProfile;
import io.sallyport.testing.Openssl;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsSessionTest {
    private static final Pattern LINE = Pattern.compile("(?m)^\\s*(TLS_\\w+)\\s+- (\\S+)");

    private static TlsSession session(String cipher, String group) {
        return new TlsSession("TLSv1.2", cipher, group, null, false, List.of(), false);
    }

    @Test
    void namesEverySuiteAsOpensslDoes(@TempDir Path directory) {
        Map<String, String> names = LINE.matcher(new Openssl(directory).line("ciphers -stdname ALL"))
                .results()
                .collect(Collectors.toMap((MatchResult found) -> found.group(1), found -> found.group(2)));

        assertThat(TlsPolicy.of(TlsProfile.OLD).suites())
                .isNotEmpty()
                .allSatisfy(suite ->
                        assertThat(session(suite, "X25519").openSslCipher()).isEqualTo(names.get(suite)));
    }

    @ParameterizedTest
    @CsvSource({
        "P-256,secp256r1",
        "P-384,secp384r1",
        "P-521,secp521r1",
        "X25519,x25519",
        "X25519MLKEM768,X25519MLKEM768"
    })
    void namesGroupsAsTheirRegistryDoes(String group, String registered) {
        assertThat(session("TLS_AES_128_GCM_SHA256", group).registeredGroup()).isEqualTo(registered);
    }
}
