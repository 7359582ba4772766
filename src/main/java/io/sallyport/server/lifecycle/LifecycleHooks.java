package io.sallyport.server.lifecycle;

import io.sallyport.config.ProxyConfig;

/** Calls what starts and ends with the listeners, as the admin listener does. On the control thread. */
public interface LifecycleHooks {
    /** Nothing. */
    LifecycleHooks NONE = new LifecycleHooks() {
        @Override
        public void onServing() {}

        @Override
        public void onConfiguration(ProxyConfig config) {}

        @Override
        public void onListenersClosed() {}

        @Override
        public void onStopped() {}
    };

    /** Every listener accepts. */
    void onServing();

    /** This serves from now on: at the start, and after each reload that has changed something. */
    void onConfiguration(ProxyConfig config);

    /** No listener accepts any more. */
    void onListenersClosed();

    /** No connection is open any more, and no event loop runs: everything is to be closed. */
    void onStopped();
}
