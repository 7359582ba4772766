package io.sallyport.accesslog;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Turns a record into JSON. */
@FunctionalInterface
public interface LineRenderer<T> {

    /** Writes exactly one JSON value, and neither flushes nor closes. Called on one thread alone. */
    void render(T record, JsonGenerator json) throws IOException;
}
