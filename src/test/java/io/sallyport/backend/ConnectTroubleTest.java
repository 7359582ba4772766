package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.NoRouteToHostException;
import org.junit.jupiter.api.Test;

final class ConnectTroubleTest {
    /** Netty's exception says "null" and the address. */
    @Test
    void aServerThatCannotBeReachedIsToldInWords() {
        ConnectTrouble trouble = ConnectTrouble.of(new NoRouteToHostException("null: /192.0.2.1:80"), false);

        assertThat(trouble.words()).isEqualTo("no route to host");
        assertThat(trouble.reason().tag()).isEqualTo("unreachable");
    }
}
