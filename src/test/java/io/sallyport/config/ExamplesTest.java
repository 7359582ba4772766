package io.sallyport.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The configurations in {@code conf/}. */
final class ExamplesTest {

    @ParameterizedTest
    @ValueSource(strings = {"sallyport.conf", "mutual-tls.conf", "gateway.conf"})
    void everyExampleLoads(String file) throws ConfigException {
        ProxyConfig config = ConfigLoader.load(Path.of("conf", file));

        assertThat(config.listeners()).containsOnlyKeys("https");
        assertThat(config.admin().bind()).isEqualTo(new HostPort("127.0.0.1", 9901));
        assertThat(config.drain().timeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void theGatewayRoutesByNameAndPassesOneThrough() throws ConfigException {
        ListenerConfig https = Objects.requireNonNull(
                ConfigLoader.load(Path.of("conf", "gateway.conf")).listeners().get("https"));

        assertThat(https.routes()).hasSize(2);
        assertThat(https.routes().get(0).serverNames()).containsExactly("api.example.com", "*.api.example.com");
        assertThat(https.routes().get(0).tls().clientAuth().mode()).isEqualTo(ClientAuthConfig.Mode.REQUIRE);
        assertThat(https.tls().clientAuth().mode()).isEqualTo(ClientAuthConfig.Mode.NONE);
        assertThat(https.routes().get(1).passthrough()).isTrue();
    }
}
