package io.sallyport.accesslog;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.sallyport.text.SafeJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lines of JSON for one write, in a buffer that is used again and again. One thread only. */
final class LineBatch<T> {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.access-log");

    private final LineRenderer<T> renderer;
    private final Buffer buffer = new Buffer();
    private JsonGenerator json = generator();

    LineBatch(LineRenderer<T> renderer) {
        this.renderer = renderer;
    }

    /**
     * Renders the records, in place of what was there.
     *
     * @return how many could be rendered
     */
    int render(List<T> records) {
        buffer.truncate(0);
        int rendered = 0;
        for (T record : records) {
            rendered += render(record) ? 1 : 0;
        }
        return rendered;
    }

    void writeTo(LineSink sink) throws IOException {
        sink.write(buffer.bytes(), buffer.size());
    }

    private boolean render(T record) {
        int start = buffer.size();
        try {
            renderer.render(record, json);
            json.writeRaw('\n');
            json.flush();
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.atError().setCause(e).log("a line is lost: it cannot be rendered");
            json = generator(); // the old one is in the middle of a value
            buffer.truncate(start);
            return false;
        }
    }

    private JsonGenerator generator() {
        try {
            return SafeJson.to(buffer).setPrettyPrinter(new MinimalPrettyPrinter(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Buffer extends ByteArrayOutputStream {
        private static final int INITIAL_BYTES = 16 * 1024;

        Buffer() {
            super(INITIAL_BYTES);
        }

        void truncate(int size) {
            count = size;
        }

        byte[] bytes() {
            return buf;
        }
    }
}
