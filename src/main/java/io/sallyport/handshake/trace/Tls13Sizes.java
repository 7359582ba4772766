package io.sallyport.handshake.trace;

import io.sallyport.handshake.wire.HandshakeHeader;

/**
 * The sizes by which encrypted records of TLS 1.3 are recognised (RFC 8446 sections 4.4.2, 4.4.4, 5.2 and 6), with one suite.
 * The JDK pads every record that holds no application data with 16 bytes, so each size is looked for with and without them.
 */
final class Tls13Sizes {
    private static final int PADDING = 16;
    private static final int CONTENT_TYPE = 1;
    private static final int ALERT = 2;
    // No context, an empty list.
    private static final int EMPTY_CERTIFICATE = HandshakeHeader.LENGTH + 4;
    private static final int TLS_AES_256_GCM_SHA384 = 0x1302;
    private static final int TLS_AES_128_CCM_8_SHA256 = 0x1305;

    private final int overhead;
    private final int finished;

    Tls13Sizes(int suite) {
        int tag = suite == TLS_AES_128_CCM_8_SHA256 ? 8 : 16;
        int hash = suite == TLS_AES_256_GCM_SHA384 ? 48 : 32;
        overhead = CONTENT_TYPE + tag;
        finished = HandshakeHeader.LENGTH + hash + overhead;
    }

    boolean isFinished(int size) {
        return size == finished || size == finished + PADDING;
    }

    /** Whether more fits in than Finished alone. */
    boolean exceedsFinished(int size) {
        return size > finished && !isFinished(size);
    }

    boolean isEmptyCertificate(int size) {
        return size == EMPTY_CERTIFICATE + overhead || size == EMPTY_CERTIFICATE + overhead + PADDING;
    }

    boolean isEmptyCertificateAndFinished(int size) {
        return size == EMPTY_CERTIFICATE + finished || size == EMPTY_CERTIFICATE + finished + PADDING;
    }

    /** No handshake message is as small. */
    boolean isAlert(int size) {
        return size == ALERT + overhead;
    }

    /** Right only where no EncryptedExtensions and no application data can stand. */
    boolean isPaddedAlert(int size) {
        return size == ALERT + overhead + PADDING;
    }
}
