package io.sallyport.server.listen;

import java.io.IOException;

/** Descriptors of listening sockets that whoever started this process has bound and handed over to it, by name. */
public interface HandedOverSockets {

    /** Whether anything was handed over: a person who checks a configuration has nothing. */
    boolean any();

    /**
     * Looks one up, and leaves it to be taken.
     *
     * @throws IOException with why it is not to be had, in words
     */
    int find(String name) throws IOException;

    /**
     * Takes one; it cannot be taken again.
     *
     * @throws IOException as {@link #find}
     */
    int take(String name) throws IOException;

    /** Nothing was handed over. */
    static HandedOverSockets none() {
        return new HandedOverSockets() {
            @Override
            public boolean any() {
                return false;
            }

            @Override
            public int find(String name) throws IOException {
                throw new IOException("no sockets are handed over here");
            }

            @Override
            public int take(String name) throws IOException {
                return find(name);
            }
        };
    }
}
