package io.sallyport.backend.probe;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Good by its status, and by a text behind the status line where one is expected. */
final class HttpAnswer implements AnswerReader {
    private final List<Integer> expected;
    private final @Nullable TextAnswer text;
    private final StatusReader status = new StatusReader();
    private int code;

    /** @param text null: what comes behind the status line is not read */
    HttpAnswer(List<Integer> expected, @Nullable TextAnswer text) {
        this.expected = expected;
        this.text = text;
    }

    @Override
    public @Nullable Verdict read(ByteBuf received) {
        if (code != 0 && text != null) {
            return text.read(received);
        }
        int read = status.read(received);
        if (read == StatusReader.MORE) {
            return null;
        }
        if (read == StatusReader.NONE) {
            return Verdict.bad("the answer is no HTTP/1");
        }
        code = read;
        if (!expected.contains(code)) {
            return Verdict.bad("HTTP status " + code);
        }
        return text == null ? Verdict.good("HTTP status " + code) : text.read(received);
    }

    @Override
    public Verdict end() {
        if (code != 0) {
            return Verdict.bad("HTTP status " + code + ", and expect-text is not in the answer");
        }
        return Verdict.bad(status.hasBegun() ? "it closed within its status line" : "it closed without an answer");
    }
}
