package io.sallyport.config;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.hocon.Section;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Who may wait while every server of a backend has as many connections as it may.
 *
 * @param length how many at a time; 0: any number
 * @param deadline for how long, all waits of one connection together; zero: until something else ends it
 * @param written where the configuration says so; null: nowhere
 */
public record QueueConfig(
        int length, Duration deadline, @Nullable Place written) {

    static QueueConfig read(Section section, boolean isWritten) {
        return new QueueConfig(
                section.live().integer("length", 0, Integer.MAX_VALUE),
                section.live().duration("deadline"),
                isWritten ? section.place() : null);
    }
}
