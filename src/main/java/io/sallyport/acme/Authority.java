package io.sallyport.acme;

import io.sallyport.acme.Renewal.Window;
import io.sallyport.config.tls.AcmeConfig;
import io.sallyport.metrics.AcmeMeters.OrderResult;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.MaterialFile;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.source.AcmeStorage;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.RenewalInfo;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.Resource;

/** A certificate authority that can be spoken to. Blocks; every request is bounded in time. */
final class Authority {
    private static final Duration REQUEST = Duration.ofSeconds(20);
    private static final int MOST_KEY = 1 << 16;

    private final AcmeConfig config;
    private final Session session;

    /**
     * What it says of a renewal.
     *
     * @param window null: nothing that makes sense
     * @param again when to ask again; null: it does not say
     */
    record Suggestion(@Nullable Window window, @Nullable Instant again) {}

    private Authority(AcmeConfig config, Session session) {
        this.config = config;
        this.session = session;
    }

    /** One that nothing was said to yet. */
    static Authority open(AcmeConfig config) throws OrderFailure {
        Findings findings = new Findings();
        TrustAnchors anchors =
                TrustAnchors.load(config.trustAnchors(), "acme." + config.name(), Instant.now(), findings);
        if (!findings.problems().isEmpty()) {
            throw new OrderFailure(OrderResult.ERROR, findings.problems().get(0).toString());
        }
        try {
            URI directory = TrustedProvider.known(config.directory());
            Session session = new Session(directory, new TrustedProvider(directory, trusting(anchors)));
            session.networkSettings().setTimeout(REQUEST);
            return new Authority(config, session);
        } catch (IllegalArgumentException e) {
            throw new OrderFailure(
                    OrderResult.ERROR,
                    "acme." + config.name() + ".directory: \"" + config.directory()
                            + "\" (expected: an https URL, or acme:// with an authority that is known by name)");
        } catch (GeneralSecurityException | IOException e) {
            throw new OrderFailure(OrderResult.ERROR, "acme." + config.name() + ".trust-anchors: " + e);
        }
    }

    /** Whether it ever says when to renew (RFC 9773). */
    boolean suggestsRenewals() throws OrderFailure, InterruptedException {
        return Failures.ofAuthority(
                () -> session.resourceUrlOptional(Resource.RENEWAL_INFO).isPresent());
    }

    /** When it would have this certificate renewed. No account is needed for it. */
    Suggestion suggestion(X509Certificate leaf) throws OrderFailure, InterruptedException {
        return Failures.ofAuthority(() -> {
            KeyPair nobody = KeyPairs.create(AcmeConfig.Key.EC);
            RenewalInfo info = session.login(session.resourceUrl(Resource.NEW_ACCOUNT), nobody)
                    .bindRenewalInfo(leaf);
            Instant again = info.fetch().orElse(null);
            Instant start = info.getSuggestedWindowStart();
            Instant end = info.getSuggestedWindowEnd();
            return new Suggestion(end.isAfter(start) ? new Window(start, end) : null, again);
        });
    }

    /** Our account there: the one whose key is in the storage; made where there is none. */
    Login login(AcmeStorage storage) throws OrderFailure, InterruptedException {
        KeyPair key = accountKey(storage);
        AccountBuilder account = new AccountBuilder().useKeyPair(key).agreeToTermsOfService();
        config.contact().forEach(account::addContact);
        AcmeConfig.@Nullable ExternalAccount external = config.externalAccount();
        if (external != null) {
            bind(account, external);
        }
        return Failures.ofAuthority(() -> account.createLogin(session));
    }

    /** Reads what the account is made of, and neither writes anything nor asks the authority. */
    void checkAccount(AcmeStorage storage) throws OrderFailure {
        if (Files.exists(storage.accountKey(config))) {
            accountKey(storage);
        }
        if (config.externalAccount() != null) {
            bind(new AccountBuilder(), config.externalAccount());
        }
    }

    private void bind(AccountBuilder account, AcmeConfig.ExternalAccount external) throws OrderFailure {
        Path file = external.hmacKeyFile();
        try {
            byte[] content = MaterialFile.read(file, MOST_KEY, "the key that the authority shows, in Base64url");
            account.withKeyIdentifier(external.keyId(), new String(content, StandardCharsets.US_ASCII).strip());
        } catch (MaterialException e) {
            throw new OrderFailure(OrderResult.ERROR, Findings.display(file) + ": " + e.getMessage());
        } catch (IllegalArgumentException e) {
            // Its message would quote the key.
            throw new OrderFailure(
                    OrderResult.ERROR,
                    Findings.display(file) + ": not Base64url (expected: the key as the authority shows it)");
        }
    }

    private KeyPair accountKey(AcmeStorage storage) throws OrderFailure {
        Path file = storage.accountKey(config);
        try {
            if (Files.exists(file)) {
                return KeyPairs.read(Files.readString(file));
            }
            KeyPair fresh = KeyPairs.create(AcmeConfig.Key.EC);
            storage.write(file, KeyPairs.text(fresh).getBytes(StandardCharsets.US_ASCII));
            return fresh;
        } catch (IOException e) {
            throw new OrderFailure(OrderResult.STORAGE, "account key " + Findings.display(file) + ": " + reason(e));
        }
    }

    private static String reason(IOException e) {
        return String.valueOf(e.getMessage());
    }

    private static SSLContext trusting(TrustAnchors anchors) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (X509Certificate anchor : anchors.certificates()) {
            store.setCertificateEntry("anchor" + number++, anchor);
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
