package io.sallyport.server.lifecycle;

import io.sallyport.server.listen.HandedOverSockets;

/** Whoever supervises the process: what it hears of its life, and gives to it. Called on any thread; must not block. */
public interface Supervisor {

    /** Every listener accepts; also after each reload, whatever came of it. */
    void onReady();

    /** A reload that somebody asked for has begun. */
    void onReloading();

    /** The process drains, and ends after that. */
    void onStopping();

    /** The listening sockets that it has bound for this process. */
    HandedOverSockets sockets();

    /** Nobody supervises. */
    static Supervisor none() {
        return new Supervisor() {
            @Override
            public void onReady() {}

            @Override
            public void onReloading() {}

            @Override
            public void onStopping() {}

            @Override
            public HandedOverSockets sockets() {
                return HandedOverSockets.none();
            }
        };
    }
}
