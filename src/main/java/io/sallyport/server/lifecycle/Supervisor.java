package io.sallyport.server.lifecycle;

import io.sallyport.server.listen.HandedOverSockets;

/** A supervisor of the process, as systemd: what it is notified of, and the sockets that it passes. Called on any thread; must not block. */
public interface Supervisor {

    /** Every listener accepts; also after each reload, whatever came of it. */
    void onReady();

    /** A reload that a signal or an operator asked for has begun. */
    void onReloading();

    /** The process drains, and ends after that. */
    void onStopping();

    /** The listening sockets that it has bound for this process. */
    HandedOverSockets sockets();

    /** None. */
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
