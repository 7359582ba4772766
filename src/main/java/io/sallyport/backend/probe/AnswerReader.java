package io.sallyport.backend.probe;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Judges an answer from its bytes as they come, within a fixed number of them. */
interface AnswerReader {

    /** Reads what is there; null: more is needed. Not to be called again after a verdict. */
    @Nullable
    Verdict read(ByteBuf received);

    /** The answer ended before there was a verdict. */
    Verdict end();
}
