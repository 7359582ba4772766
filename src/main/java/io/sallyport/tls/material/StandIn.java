package io.sallyport.tls.material;

import io.sallyport.tls.x509.SelfSigned;
import java.time.Duration;
import java.util.List;

/** What a listener shows while there is no certificate yet: it stands, and no client trusts it. */
public final class StandIn {
    private static final Duration LIFE = Duration.ofDays(365);

    private StandIn() {}

    /** A new one for these host names and addresses. */
    public static KeyMaterial create(List<String> names) {
        SelfSigned made = SelfSigned.create("CN=no certificate yet", names, LIFE);
        return new KeyMaterial("stand-in", KeyAlgorithm.EC, made.key(), List.of(made.certificate()), names);
    }
}
