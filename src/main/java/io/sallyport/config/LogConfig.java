package io.sallyport.config;

import io.sallyport.config.hocon.HoconText;
import io.sallyport.config.hocon.Section;

/**
 * What Sallyport says about itself on standard output.
 *
 * @param level the least severe level that is logged
 * @param format one JSON object a line, or plain text for a person
 */
public record LogConfig(Level level, Format format) {

    /** Severity. */
    public enum Level {
        OFF,
        ERROR,
        WARN,
        INFO,
        DEBUG;

        /** As a configuration spells it. */
        public String word() {
            return HoconText.spelling(this);
        }
    }

    /** How a line looks. */
    public enum Format {
        JSON,
        TEXT
    }

    static LogConfig read(Section section) {
        return new LogConfig(
                section.live().choice("level", Level.class), section.fixed().choice("format", Format.class));
    }
}
