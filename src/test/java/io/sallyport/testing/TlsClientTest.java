package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** On a thread of its own: one that spins cannot be interrupted. */
@Timeout(value = 10, threadMode = ThreadMode.SEPARATE_THREAD)
class TlsClientTest {

    @Test
    void whoNeverShookHandsIsToldSoInsteadOfWaitingForTheEndForEver() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TlsClient client = TlsClient.open(
                        (InetSocketAddress) server.getLocalSocketAddress(), CertificateAuthority.create("nobody"))) {
            assertThatIllegalStateException().isThrownBy(client::end).withMessageContaining("has not shaken hands");
            assertThatIllegalStateException()
                    .isThrownBy(() -> client.read(1))
                    .withMessageContaining("has not shaken hands");

            server.accept().close();
            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
        }
    }
}
