package io.sallyport.metrics;

/** How the names of all meters begin. */
final class MeterNames {
    static final String PREFIX = "sallyport.";

    private MeterNames() {}
}
