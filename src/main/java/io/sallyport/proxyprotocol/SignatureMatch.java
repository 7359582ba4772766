package io.sallyport.proxyprotocol;

import io.netty.buffer.ByteBuf;

/** Whether a stream begins with a PROXY protocol header, of either version, told as its bytes come. */
public final class SignatureMatch {
    private String signature = "";
    private int matched;

    /** What the bytes so far are. */
    public enum Verdict {
        /** Not the beginning of a header: no further bytes can change that. */
        NONE,
        /** The beginning of what distinguishes a header, and not all of it. */
        PREFIX,
        /** All of what distinguishes a header from everything else, and perhaps more. */
        HEADER
    }

    /** Whether it would be version 1; known from the first byte on. */
    public boolean isText() {
        return signature.equals(HeaderReader.TEXT);
    }

    /** Looks at the next bytes of the stream, and reads none. Not to be called again after another verdict than PREFIX. */
    public Verdict next(ByteBuf bytes) {
        if (!bytes.isReadable()) {
            return Verdict.PREFIX;
        }
        if (matched == 0) {
            // The first bytes of the two differ.
            signature = bytes.getByte(bytes.readerIndex()) == HeaderReader.TEXT.charAt(0)
                    ? HeaderReader.TEXT
                    : HeaderReader.SIGNATURE;
        }
        int end = Math.min(bytes.readableBytes(), signature.length() - matched);
        for (int i = 0; i < end; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != signature.charAt(matched)) {
                return Verdict.NONE;
            }
            matched++;
        }
        return matched == signature.length() ? Verdict.HEADER : Verdict.PREFIX;
    }
}
