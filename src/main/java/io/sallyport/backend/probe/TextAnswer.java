package io.sallyport.backend.probe;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.search.AbstractSearchProcessorFactory;
import io.netty.buffer.search.SearchProcessor;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Good as soon as it has a text in it, wherever its bytes are split. */
final class TextAnswer implements AnswerReader {
    /** A server that talks for ever does not say what was asked for. */
    private static final int MOST_BYTES = 64 * 1024;

    private final SearchProcessor search;
    private int bytes;

    /** @param text one character for each byte */
    TextAnswer(String text) {
        search = AbstractSearchProcessorFactory.newKmpSearchProcessorFactory(text.getBytes(StandardCharsets.ISO_8859_1))
                .newSearchProcessor();
    }

    @Override
    public @Nullable Verdict read(ByteBuf received) {
        int length = Math.min(received.readableBytes(), MOST_BYTES - bytes);
        bytes += length;
        if (received.forEachByte(received.readerIndex(), length, search) >= 0) {
            return Verdict.good("its answer has expect-text in it");
        }
        received.skipBytes(length);
        return bytes < MOST_BYTES ? null : Verdict.bad("expect-text is not in the first 64 KiB of its answer");
    }

    @Override
    public Verdict end() {
        return Verdict.bad(bytes == 0 ? "it closed without an answer" : "expect-text is not in its answer");
    }
}
