package io.sallyport.server.lifecycle;

/** What serves beside the listeners, and ends with them. Called on the control thread. */
public interface Companion {
    /** Nothing. */
    Companion NONE = new Companion() {
        @Override
        public void onServing() {}

        @Override
        public void onListenersClosed() {}

        @Override
        public void onStopped() {}
    };

    /** Every listener accepts. */
    void onServing();

    /** No listener accepts any more. */
    void onListenersClosed();

    /** No connection is open any more, and no event loop runs: everything is to be closed. */
    void onStopped();
}
