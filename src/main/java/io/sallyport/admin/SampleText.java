package io.sallyport.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sallyport.text.RecordJson;
import io.sallyport.text.SafeJson;
import java.io.IOException;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the live page draws of one moment, as JSON on one line. */
final class SampleText {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.admin");

    private SampleText() {}

    /** Takes one; null when that failed, which is logged. */
    static @Nullable String of(AdminSource source) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = SafeJson.to(text)) {
            RecordJson.write(json, source.sample());
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().setCause(e).log("a sample for the live page failed");
            return null;
        }
        return text.toString();
    }
}
