package io.sallyport.tls.context;

import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.OpenSslCredentialBuilder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.testing.IssuedCertificate;
import java.security.cert.X509Certificate;
import java.util.List;

/** A BoringSSL server context whose certificate is a credential, as in the proxy. */
public final class CredentialServer {
    private CredentialServer() {}

    /** For TLS 1.2 and 1.3; the caller releases it. */
    public static SslContext context(IssuedCertificate certificate, List<String> suites, List<String> groups)
            throws Exception {
        OpenSslCredential credential = OpenSslCredentialBuilder.forX509(
                        certificate.key(), certificate.chain().toArray(new X509Certificate[0]))
                .build();
        try {
            return SslContextBuilder.forServer(new CredentialKeyManager())
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .addCredentials(List.of(credential))
                    .protocols("TLSv1.2", "TLSv1.3")
                    .ciphers(suites)
                    .option(OpenSslContextOption.GROUPS, groups.toArray(new String[0]))
                    .build();
        } finally {
            ReferenceCountUtil.release(credential);
        }
    }
}
