package io.sallyport.config;

/**
 * What the process takes on, over all listeners.
 *
 * @param connections connections at once, handshake included; 0 means no limit
 */
public record ProcessLimitsConfig(int connections) {

    static ProcessLimitsConfig read(Section section) {
        return new ProcessLimitsConfig(section.integer("connections", 0, Integer.MAX_VALUE));
    }
}
