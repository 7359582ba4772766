package io.sallyport.tls.material;

import io.sallyport.tls.x509.SelfSigned;
import java.time.Duration;
import java.util.List;

/** What a listener shows while there is no certificate yet: it stands, and no client trusts it. */
public final class StandIn {
    private static final Duration LIFE = Duration.ofDays(365);

    private StandIn() {}

    /** A new one for these host names and addresses; there may be none. */
    public static KeyMaterial create(List<String> names) {
        List<String> some = names.isEmpty() ? List.of("stand-in.invalid") : names;
        SelfSigned made = SelfSigned.create("CN=no certificate yet", some, LIFE);
        return new KeyMaterial("stand-in", KeyAlgorithm.EC, made.key(), List.of(made.certificate()), some);
    }
}
