package io.sallyport.starttls;

import io.netty.buffer.ByteBuf;

/** SSLRequest and its one byte of answer. */
final class PostgresqlClient implements StartTlsClient {
    private static final int REQUEST_LENGTH = 8;

    @Override
    public String opening() {
        return Ber.bigEndian(REQUEST_LENGTH, Integer.BYTES)
                + Ber.bigEndian(PostgresqlServer.SSL_REQUEST, Integer.BYTES);
    }

    @Override
    public Heard read(ByteBuf received) {
        if (!received.isReadable()) {
            return Heard.MORE;
        }
        int answer = received.readUnsignedByte();
        return switch (answer) {
            case 'S' -> new Heard.Ready("");
            case 'N' -> new Heard.Refused("the server answers SSLRequest with N: it has no TLS");
            // CVE-2024-10977: who sits between may have written it, so nobody is shown what it says.
            case 'E' -> new Heard.Refused("the server answers SSLRequest with an error");
            default ->
                new Heard.Broken("the server answers SSLRequest with the byte " + answer + " (expected: S or N)");
        };
    }
}
