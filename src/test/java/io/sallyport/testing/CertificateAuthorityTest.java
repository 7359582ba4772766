package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CertificateAuthorityTest {

    @ParameterizedTest
    @EnumSource(KeyKind.class)
    void issuesCertificatesThatVerifyAgainstTheirIssuers(KeyKind kind) {
        CertificateAuthority root = CertificateAuthority.create("Test Root", kind);
        CertificateAuthority intermediate =
                root.authority("Test Intermediate").key(kind).issueAuthority();
        IssuedCertificate leaf =
                intermediate.server("example.com").key(kind).ip("127.0.0.1").issue();

        assertThat(leaf.chain()).containsExactly(leaf.leaf(), intermediate.certificate());
        assertThatCode(() -> {
                    leaf.leaf().verify(intermediate.certificate().getPublicKey());
                    intermediate.certificate().verify(root.certificate().getPublicKey());
                    root.revocations().issue().verify(root.certificate().getPublicKey());
                })
                .doesNotThrowAnyException();
    }
}
