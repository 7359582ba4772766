package io.sallyport.config;

/**
 * A bound socket and what is done with its connections.
 *
 * @param name the key under {@code listeners}
 * @param bind where it listens
 * @param backend the key under {@code backends}
 */
public record ListenerConfig(
        String name, HostPort bind, String backend, TlsConfig tls, LimitsConfig limits, TimeoutsConfig timeouts) {

    static ListenerConfig read(String name, Section section) {
        return new ListenerConfig(
                name,
                section.parsed("bind", HostPort.RULE, HostPort::parse, new HostPort("127.0.0.1", 0)),
                section.string("backend"),
                section.child("tls", TlsConfig::read),
                section.child("limits", LimitsConfig::read),
                section.child("timeouts", TimeoutsConfig::read));
    }
}
