package io.sallyport.server.generation;

import java.util.ArrayList;
import java.util.List;

/** What a load has built of native memory, given back all at once. One thread at a time. */
final class NativeMemory {
    private final List<Runnable> releases = new ArrayList<>();

    void add(Runnable release) {
        releases.add(release);
    }

    /** Gives it back; asking again does nothing. */
    void release() {
        releases.forEach(Runnable::run);
        releases.clear();
    }
}
