package io.sallyport.config;

import io.sallyport.config.hocon.Section;

/**
 * What the process takes on, over all listeners.
 *
 * @param connections connections at once, handshake included; 0 means no limit, {@link #AUTO} as many as memory allows
 */
public record ProcessLimitsConfig(int connections) {
    /** {@code auto}. */
    public static final int AUTO = -1;

    static ProcessLimitsConfig read(Section section) {
        return new ProcessLimitsConfig(section.live().integerOrAuto("connections", AUTO));
    }
}
