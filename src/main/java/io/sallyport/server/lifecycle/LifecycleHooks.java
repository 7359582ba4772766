package io.sallyport.server.lifecycle;

/** Calls what starts and ends with the listeners, as the admin listener does. On the control thread. */
public interface LifecycleHooks {
    /** Nothing. */
    LifecycleHooks NONE = new LifecycleHooks() {
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
