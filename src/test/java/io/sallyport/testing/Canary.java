package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;

/** A connection that is open while others misbehave, and must notice nothing. Its backend echoes. */
public final class Canary implements AutoCloseable {
    private final TlsClient client;

    private Canary(TlsClient client) {
        this.client = client;
    }

    public static Canary in(ProxyUnderTest proxy) {
        return new Canary(TlsClient.connect(proxy));
    }

    /** Says something and hears it again. */
    public void sing() {
        client.send("cheep");
        assertThat(client.readText(5)).isEqualTo("cheep");
    }

    @Override
    public void close() {
        sing();
        client.sendCloseNotify();
        assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
        client.close();
    }
}
