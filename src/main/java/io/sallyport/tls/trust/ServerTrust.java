package io.sallyport.tls.trust;

import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import io.sallyport.config.tls.BackendTlsConfig;
import io.sallyport.config.tls.BackendTlsConfig.Verify;
import io.sallyport.tls.path.CertificateRules;
import io.sallyport.tls.path.ClientCertificateException;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.path.TrustedPaths;
import io.sallyport.tls.x509.AlternativeNames;
import io.sallyport.tls.x509.DistinguishedName;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Judges the certificates of a backend's servers: chain, dates, purpose, name, access rules.
 *
 * <p>Immutable: a reload makes a new one. Nothing is fetched and nothing blocks, so that it can run on an event loop. A
 * refusal is an {@code OpenSslCertificateException}, by which BoringSSL sends the right alert, with a
 * {@link ServerCertificateException} as its cause.
 */
public final class ServerTrust extends ServerTrustManager implements ResumableX509ExtendedTrustManager {
    private final Verify verify;
    private final AccessRules rules;
    private final TrustedPaths paths;
    private final InstantSource clock;

    /** @param clock what dates are judged by */
    public ServerTrust(BackendTlsConfig config, TrustAnchors anchors, InstantSource clock) {
        this.verify = config.verify();
        this.rules = new AccessRules(config.allow(), List.of());
        this.paths = new TrustedPaths(anchors, CertificateRules.Purpose.SERVER, Integer.MAX_VALUE);
        this.clock = clock;
    }

    /**
     * Judges a server.
     *
     * @param chain its certificate, then others in any order
     * @param name what it must be for; null where it has no name
     * @throws ServerCertificateException when it is refused
     */
    public void judge(List<? extends X509Certificate> chain, @Nullable String name) throws ServerCertificateException {
        if (verify == Verify.INSECURE_NONE) {
            return;
        }
        try {
            if (verify == Verify.PINNED && !chain.isEmpty()) {
                rules.checkPinned(chain.get(0));
                chain = chain.subList(0, 1);
            }
            List<X509Certificate> sent = ClientTrust.parsed(chain);
            if (verify == Verify.PINNED) {
                CertificateRules.checkDates(sent.get(0), clock.instant());
            } else {
                paths.validPath(sent, clock.instant());
                if (!paths.isByTrustDomain(sent.get(0))) {
                    checkName(sent.get(0), name);
                }
            }
            checkRules(sent.get(0));
        } catch (ClientCertificateException e) {
            throw new ServerCertificateException(
                    ServerCertificateFailure.of(e.failure()), String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        try {
            judge(List.of(chain), engine == null ? null : engine.getPeerHost());
        } catch (ServerCertificateException e) {
            throw e.withAlert();
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType, (SSLEngine) null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checkServerTrusted(chain, authType, (SSLEngine) null);
    }

    @Override
    public void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
        checkServerTrusted(chain, "", engine);
    }

    @Override
    public void resumeClientTrusted(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
        throw notForUs();
    }

    private static void checkName(X509Certificate leaf, @Nullable String name)
            throws ServerCertificateException, ClientCertificateException {
        try {
            if (name != null && ServerNameCheck.isFor(leaf, name)) {
                return;
            }
            AlternativeNames names = AlternativeNames.of(leaf);
            throw new ServerCertificateException(
                    ServerCertificateFailure.WRONG_NAME,
                    DistinguishedName.display(leaf.getSubjectX500Principal()) + " is for "
                            + DistinguishedName.printable(names.dns() + " and " + names.addresses())
                            + " (expected: " + name + ")",
                    null);
        } catch (CertificateParsingException e) {
            throw ClientCertificateException.malformed(e);
        }
    }

    private void checkRules(X509Certificate leaf) throws ClientCertificateException {
        try {
            AccessRules.Decision decision = rules.judge(ClientIdentity.of(leaf));
            if (!decision.allowed()) {
                throw ClientCertificateException.refusedByRule(leaf, decision.rule());
            }
        } catch (CertificateParsingException e) {
            throw ClientCertificateException.malformed(e);
        }
    }
}
