package io.sallyport.server.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReloadPlanTest {
    private static final NetworkAddress FIRST = new NetworkAddress.Tcp(new HostPort("127.0.0.1", 1));
    private static final NetworkAddress SECOND = new NetworkAddress.Tcp(new HostPort("127.0.0.1", 2));

    @Test
    void atTheStartAllAreOpened() throws Exception {
        ReloadPlan plan = ReloadPlan.of(Map.of(), config("a", 1, "b", 2));

        assertThat(plan.open()).containsExactly("a", "b");
        assertThat(plan.keep()).isEmpty();
        assertThat(plan.close()).isEmpty();
    }

    @Test
    void whatStaysWhereItIsIsKept() throws Exception {
        ReloadPlan plan = ReloadPlan.of(Map.of("a", FIRST, "b", SECOND), config("a", 1, "b", 2));

        assertThat(plan.keep()).containsExactly("a", "b");
        assertThat(plan.open()).isEmpty();
        assertThat(plan.close()).isEmpty();
    }

    @Test
    void whatMovesIsOpenedAndClosed() throws Exception {
        ReloadPlan plan = ReloadPlan.of(Map.of("a", SECOND, "b", SECOND), config("a", 1, "b", 2));

        assertThat(plan.keep()).containsExactly("b");
        assertThat(plan.open()).containsExactly("a");
        assertThat(plan.close()).containsExactly("a");
    }

    @Test
    void anotherNameIsAnotherListenerThoughItsAddressIsTheSame() throws Exception {
        ReloadPlan plan = ReloadPlan.of(Map.of("gone", FIRST), config("a", 1, "b", 2));

        assertThat(plan.open()).containsExactly("a", "b");
        assertThat(plan.close()).containsExactly("gone");
    }

    private static ProxyConfig config(String one, int port, String other, int otherPort) throws Exception {
        return ConfigLoader.load("""
                sallyport {
                  listeners.%s { bind = "127.0.0.1:%d", backend = app }
                  listeners.%s { bind = "127.0.0.1:%d", backend = app }
                  backends.app.servers = ["127.0.0.1:1"]
                }
                """.formatted(one, port, other, otherPort), "test", Path.of("/"));
    }
}
